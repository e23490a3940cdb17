// What a liaison officer writes on a visit lies on the phone until the server has it.
//
// Every keystroke and photo goes into IndexedDB, or where a browser has none into localStorage. A draft
// is `writing` until its writer sends it, then `waiting`; the server's refusal makes it `refused`. Its
// id is the client_id of the case, so that what is sent twice is one case. No service worker: the page
// works without a network only as long as it stays open.
"use strict";

(() => {
  const page = document;
  const store = page.getElementById("store");
  if (!store) return;
  const told = store.dataset;
  const form = page.getElementById("visit");
  const PATIENCE = 30000; // milliseconds between tries while something waits
  const opened = Date.now();
  const CONTROL = /^(?:csrfmiddlewaretoken|key)$/; // what is not the writer's
  const { memory, uuid, drawn, smaller } = window.furongField;

  // --- the drafts of whoever is signed in --------------------------------------------------------------

  async function mine() {
    const all = await (await memory).all();
    return all.filter((draft) => draft.owner === told.owner).sort((a, b) => a.savedAt - b.savedAt);
  }
  const save = async (draft) => (await memory).put({ ...draft, savedAt: Date.now() });

  async function drop(draft) {
    const held = await memory;
    for (const photo of draft.photos) await held.forget(photo.id);
    await held.drop(draft.id);
  }

  // --- the list of what was not sent ------------------------------------------------------------------

  const say = (words) => { store.querySelector("[data-store-told]").textContent = words; };
  const signIn = `${told.signIn}?next=${encodeURIComponent(location.pathname)}`;

  function button(words, act) {
    const made = page.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  function row(draft) {
    const item = page.createElement("li");
    item.dataset.draft = draft.id;
    const title = page.createElement("b");
    title.textContent = draft.title || told.untitled;
    const state = page.createElement("span");
    state.className = `badge ${draft.state === "refused" ? "hibiscus" : "amber"}`;
    state.textContent = told[draft.state];
    item.append(title, state);
    if (draft.photos.length) {
      const photos = page.createElement("span");
      photos.className = "muted small";
      photos.textContent = told.photoCount.replace("0", draft.photos.length);
      item.append(photos);
    }
    // Once it was on its way the server may have it: what is changed now would be lost there.
    if (!draft.tried) item.append(button(told.edit, () => edit(draft)));
    if (draft.state !== "sending") {
      item.append(
        button(told.drop, async () => {
          if (!window.confirm(told.dropAsk)) return;
          await drop(draft);
          if (now && now.id === draft.id) begin();
          show();
        }),
      );
    }
    if (draft.error) {
      const error = page.createElement("p");
      error.textContent = draft.error;
      item.append(error);
    }
    return item;
  }

  async function show() {
    // A draft that is open in the form stands there and not in the list.
    const drafts = (await mine()).filter((draft) => !(now && draft.id === now.id && draft.state === "writing"));
    store.hidden = !drafts.length;
    store.querySelector("[data-store-count]").textContent = drafts.length || "";
    store.querySelector("[data-store-list]").replaceChildren(...drafts.map(row));
    store.querySelector("[data-store-send]").hidden = !drafts.some((draft) => draft.state === "waiting");
  }

  function edit(draft) {
    if (!form) {
      location.assign(`${told.send}#${draft.id}`);
      return;
    }
    fill({ ...draft, state: "writing" });
    form.scrollIntoView();
  }

  // --- sending ---------------------------------------------------------------------------------------

  const token = () => {
    const cookie = page.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return cookie ? cookie.split("=")[1] : page.querySelector("[name=csrfmiddlewaretoken]").value;
  };

  class Later extends Error {} // not taken in, and not refused either: it is tried again

  async function post(address, body) {
    body.append("owner", told.owner); // whoever signed in meanwhile must not send it as their own
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST", body, redirect: "manual", credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": token() },
      });
    } catch {
      throw new Later(told.noNetwork);
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new Later(told.signedOut);
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    if (!isJson) throw new Later(answer.status === 404 ? told.signedOut : told.busy);
    return { ok: answer.ok, said: await answer.json() };
  }

  async function upload(draft) {
    for (const photo of draft.photos) {
      if (photo.token) continue;
      const blob = await (await memory).photo(photo.id);
      if (!blob) continue;
      const body = new FormData();
      body.append("key", photo.id);
      body.append("photo", blob, photo.name);
      const { ok, said } = await post(told.photos, body);
      if (!ok) return said.message;
      photo.token = said.token;
      await save(draft);
    }
    return "";
  }

  async function send(draft) {
    let error = await upload(draft);
    let problems = {};
    if (!error) {
      const body = new FormData();
      body.append("key", draft.id);
      body.append("occurred_at", draft.occurredAt);
      for (const [name, value] of draft.values) body.append(name, value);
      for (const photo of draft.photos) if (photo.token) body.append(`${photo.field}-kept`, photo.token);
      await save({ ...draft, tried: true });
      const { ok, said } = await post(told.send, body);
      if (ok) {
        await drop(draft);
        announce(said);
        return;
      }
      error = said.message;
      problems = said.problems || {};
    }
    await save({ ...draft, state: "refused", error, problems, tried: false });
  }

  let busy = false;

  async function sync() {
    if (busy) return;
    busy = true;
    try {
      for (const draft of await mine()) {
        if (draft.state !== "waiting") continue;
        if (!navigator.onLine) throw new Later(told.noNetwork);
        await send(draft);
        say("");
        await show();
      }
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      say(error.message);
      if (error.message === told.signedOut) {
        const link = page.createElement("a");
        link.className = "link";
        link.href = signIn;
        link.textContent = "→";
        store.querySelector("[data-store-told]").append(" ", link);
      }
    } finally {
      busy = false;
      await show();
    }
  }

  function announce(said) {
    const link = page.createElement("a");
    link.href = said.url;
    link.textContent = `${told.done} ${said.number} ${said.title}`;
    const item = page.createElement("li");
    item.append(link);
    const done = page.getElementById("store-done");
    done.hidden = false;
    done.querySelector("ul").append(item);
  }

  // --- the form --------------------------------------------------------------------------------------

  let now = null; // the draft that the form shows

  // District time: the server's when the page was made, and what has passed since.
  const districtTime = () => {
    const start = Date.parse(form.dataset.now);
    return new Date(start + (Date.now() - opened) * Number(form.dataset.rate)).toISOString();
  };

  const controls = () => [...form.elements].filter((one) => one.name && one.type !== "file" && !CONTROL.test(one.name));

  function values() {
    return controls()
      .filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked)
      .map((one) => [one.name, one.value]);
  }

  function fresh() {
    return { id: uuid(), owner: told.owner, state: "writing", values: [], photos: [], title: "", error: "", problems: {} };
  }

  function begin() {
    now = fresh();
    form.reset();
    complain({});
    thumbnails();
    whistle();
    form.querySelector("[data-visit-new]").hidden = true;
  }

  function fill(draft) {
    now = { ...draft, photos: draft.photos.map((photo) => ({ ...photo })) };
    for (const one of controls()) {
      const given = now.values.filter(([name]) => name === one.name).map(([, value]) => value);
      if (["checkbox", "radio"].includes(one.type)) one.checked = given.includes(one.value);
      else one.value = given[0] || "";
    }
    complain(now.problems || {}, now.error);
    thumbnails();
    whistle();
    form.querySelector("[data-visit-new]").hidden = false;
    show();
  }

  function complain(problems, error = "") {
    const box = form.querySelector("[data-visit-error]");
    const rest = [];
    for (const old of form.querySelectorAll(".field-error")) old.remove();
    for (const [name, words] of Object.entries(problems)) {
      const control = form.querySelector(`[name="a-${name}"], [name="w-${name}"], [name="${name}"]`);
      if (!control) { rest.push(words); continue; }
      const line = page.createElement("p");
      line.className = "field-error";
      line.textContent = words;
      control.closest(".field").append(line);
    }
    if (error && !Object.keys(problems).length) rest.push(error);
    box.hidden = !rest.length;
    box.textContent = rest.join("; ");
  }

  let saving = Promise.resolve();

  function keep() {
    const first = form.querySelector("input[required]:not([type=radio]), textarea[required]");
    now.values = values();
    now.title = first ? first.value.trim() : "";
    now.occurredAt = now.occurredAt || districtTime();
    const copy = { ...now, photos: [...now.photos] };
    saving = saving.then(() => save(copy)).catch(() => say(told.full));
    return saving;
  }

  function whistle() {
    const box = form.querySelector("[data-whistle]");
    if (!box) return;
    const part = form.querySelector("[data-whistle-form]");
    part.hidden = !box.checked;
    for (const mark of part.querySelectorAll(".ask-mark")) {
      const control = mark.closest(".field").querySelector("input, textarea, select");
      if (control && control.type !== "file") control.required = box.checked;
    }
  }

  // --- photos ----------------------------------------------------------------------------------------

  async function take(input) {
    for (const file of [...input.files]) {
      let blob;
      try {
        blob = await smaller(file);
      } catch {
        complain({ [input.name.slice(2)]: `${told.badPhoto} (${file.name})` });
        continue;
      }
      const name = blob.type === "image/jpeg" ? `${file.name.replace(/\.[^.]*$/, "") || "photo"}.jpg` : file.name;
      const photo = { id: uuid(), field: input.name, name };
      try {
        await (await memory).keep(photo.id, blob);
      } catch {
        complain({ [input.name.slice(2)]: `${told.full} (${file.name})` });
        continue;
      }
      now.photos.push(photo);
    }
    input.value = ""; // the phone has them now
    const label = input.closest(".ask-files").querySelector("[data-chosen-files]");
    if (label.dataset.first) label.textContent = label.dataset.first;
    await keep();
    thumbnails();
  }

  async function thumbnails() {
    const box = form.querySelector("[data-visit-photos]");
    if (!box) return;
    const figures = [];
    for (const photo of now.photos) {
      const blob = await (await memory).photo(photo.id);
      const figure = page.createElement("figure");
      if (blob && blob.type.startsWith("image/")) {
        const image = page.createElement("img");
        image.alt = photo.name;
        image.src = (await drawn(blob, 176)).toDataURL("image/jpeg", 0.7);
        figure.append(image);
      } else {
        const caption = page.createElement("figcaption");
        caption.textContent = photo.name;
        figure.append(caption);
      }
      const away = button("×", async () => {
        now.photos = now.photos.filter((one) => one.id !== photo.id);
        await (await memory).forget(photo.id);
        await keep();
        thumbnails();
      });
      away.className = "";
      away.setAttribute("aria-label", `${told.drop} ${photo.name}`);
      figure.append(away);
      figures.push(figure);
    }
    box.replaceChildren(...figures);
  }

  // --- at work ---------------------------------------------------------------------------------------

  let leaving = false; // a second tap must not send the empty form that the first leaves behind

  async function submit() {
    if (leaving) return;
    leaving = true;
    try {
      await saving;
      complain({});
      await keep();
      await save({ ...now, state: "waiting", error: "", problems: {} });
      begin();
    } finally {
      leaving = false;
    }
    await show();
    window.scrollTo(0, 0);
    await sync();
  }

  // The form is at work at once; what was left unfinished comes into it unless somebody writes already.
  async function ready() {
    let touched = false;
    now = fresh();
    whistle();
    form.addEventListener("input", (event) => {
      touched = true;
      if (event.target.type !== "file") keep();
      whistle();
    });
    form.addEventListener("change", (event) => { if (event.target.type === "file") take(event.target); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    form.querySelector("[data-visit-new]").addEventListener("click", async () => {
      await keep();
      begin();
      show();
    });
    const drafts = await mine();
    const wanted = drafts.find((draft) => draft.id === location.hash.slice(1));
    const unfinished = drafts.filter((draft) => draft.state === "writing").pop();
    const fromList = new URLSearchParams(location.search).has("subject");
    const found = wanted || (fromList ? null : unfinished);
    if (found && !touched) fill({ ...found, state: "writing" });
  }

  async function start() {
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    for (const label of page.querySelectorAll("[data-chosen-files]")) label.dataset.first = label.textContent;
    if (form && !form.querySelector("[role=alert]:not([data-visit-error]), .field-error")) await ready();
    store.querySelector("[data-store-send]").addEventListener("click", sync);
    window.addEventListener("online", sync);
    page.addEventListener("visibilitychange", () => { if (!page.hidden) sync(); });
    setInterval(async () => {
      if ((await mine()).some((draft) => draft.state === "waiting")) sync();
    }, PATIENCE);
    await show();
    await sync();
  }

  start();
})();
