// The desk's keyboard and small comforts. Every page works without it.
"use strict";

(() => {
  const page = document;
  page.documentElement.classList.add("js");

  // On a phone the long groups begin folded, their counts in sight.
  if (window.matchMedia("(max-width: 720px)").matches) {
    for (const group of page.querySelectorAll("[data-fold-on-phone]")) group.open = false;
  }

  const typing = (element) => element.closest("input, select, textarea, [contenteditable], dialog[open]");

  // `/` goes to the search box; j, k or the arrows move through a list's links.
  function step(list, by) {
    const links = [...list.querySelectorAll("[data-row]")].filter((link) => link.offsetParent);
    const here = links.findIndex((link) => link === page.activeElement);
    const next = links[Math.min(Math.max(here + by, 0), links.length - 1)];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  }

  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const search = page.querySelector("main [data-search]") || page.querySelector("[data-search]");
    if (event.key === "Escape" && page.activeElement === search) search.blur();
    if (typing(event.target)) return;
    if (event.key === "/" && search) {
      event.preventDefault();
      search.select();
      search.focus();
      return;
    }
    const list = page.activeElement.closest("[data-list]") || page.querySelector("[data-list]");
    if (!list) return;
    const letters = { j: 1, k: -1 };
    const arrows = list.contains(page.activeElement) ? { ArrowDown: 1, ArrowUp: -1 } : {};
    const by = letters[event.key] || arrows[event.key];
    if (by) {
      event.preventDefault();
      step(list, by);
    }
  });

  // Escape shuts an open menu and gives the focus back to its button.
  page.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && page.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  page.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close) close.closest(".toast, dialog").remove();
    for (const menu of page.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
  });

  // A button with data-copy="a field's id" copies the field; its label says so for a moment.
  async function copy(button) {
    const field = page.getElementById(button.dataset.copy);
    const label = button.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // without HTTPS there is no clipboard: the old way, or the reader's own hand
      if (!page.execCommand("copy")) return;
    }
    if (label.dataset.was) return;
    label.dataset.was = label.textContent;
    label.textContent = label.dataset.copied;
    setTimeout(() => {
      label.textContent = label.dataset.was;
      delete label.dataset.was;
    }, 2000);
  }

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });

  // A form with data-confirm="dialog's id" is sent only after its dialog is answered with "confirm".
  page.addEventListener("submit", (event) => {
    const form = event.target;
    const dialog = form.dataset.confirm && page.getElementById(form.dataset.confirm);
    if (!dialog || !dialog.showModal || form.dataset.confirmed) return;
    event.preventDefault();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "confirm") return;
      form.dataset.confirmed = "yes";
      form.requestSubmit();
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });

  // A form marked data-guard: Ctrl+S saves it, and leaving it unsaved is asked about.
  const guarded = page.querySelector("form[data-guard]");
  if (guarded) {
    let unsaved = Boolean(page.querySelector("[role=alert]"));
    guarded.addEventListener("input", () => { unsaved = true; });
    guarded.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "editor") unsaved = true; });
    guarded.addEventListener("submit", () => { unsaved = false; });
    window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
    page.addEventListener("keydown", (event) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      guarded.requestSubmit(guarded.querySelector("[data-save]"));
    });
  }

  // A select marked data-submit sends its form at once (htmx does it where it is wired).
  page.addEventListener("change", (event) => {
    const select = event.target.closest("[data-submit]");
    if (select) select.form.requestSubmit();
  });

  // Paper shows every group, and of its rows those that the reader opened.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...page.querySelectorAll("details.folded:not([open])")];
    for (const part of folded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  // The upload box names the chosen file, in the page's language and not the browser's.
  page.addEventListener("change", (event) => {
    const told = event.target.type === "file" && event.target.closest(".drop")?.querySelector("[data-chosen]");
    if (told && event.target.files.length) told.textContent = event.target.files[0].name;
  });

  // A field for photos says how many were chosen.
  page.addEventListener("change", (event) => {
    const told = event.target.type === "file" && event.target.closest(".ask-files")?.querySelector("[data-chosen-files]");
    if (told && event.target.files.length) told.textContent = told.dataset.chosenFiles.replace("0", event.target.files.length);
  });

  // A moment can be filled in as the district's now, as it was when the page was made.
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-now-for]");
    if (!button) return;
    const field = button.closest(".field").querySelector("input");
    field.value = button.dataset.nowIs;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A long list of boxes can be searched; what is chosen stays in sight.
  page.addEventListener("input", (event) => {
    const boxes = event.target.matches("[data-boxes-search]") && event.target.closest("[data-boxes]");
    if (!boxes) return;
    for (const option of boxes.querySelectorAll(".ask-option")) {
      option.hidden = !option.textContent.includes(event.target.value.trim()) && !option.querySelector(":checked");
    }
  });

  // A file dropped on the upload box is chosen.
  for (const type of ["dragover", "dragleave", "drop"]) {
    page.addEventListener(type, (event) => {
      const box = event.target.closest && event.target.closest(".drop");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("is-over", type === "dragover");
      if (type === "drop") {
        const field = box.querySelector("input[type=file]");
        field.files = event.dataTransfer.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
})();
