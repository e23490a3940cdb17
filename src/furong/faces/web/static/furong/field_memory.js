// What the visit form keeps on the phone: drafts and photos, in IndexedDB or where a browser has none in
// localStorage; and photos made small enough to be kept. Used by field.js alone.
"use strict";

(() => {
  const page = document;
  const LONGEST = 1600; // pixels of a photo's longer side
  const NAME = "furong-field";

  function request(asked) {
    return new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function indexed() {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.result.createObjectStore("photos", { keyPath: "id" });
    };
    const base = await request(asked);
    const table = (name, mode) => base.transaction(name, mode).objectStore(name);
    return {
      all: () => request(table("drafts", "readonly").getAll()),
      put: (draft) => request(table("drafts", "readwrite").put(draft)),
      drop: (id) => request(table("drafts", "readwrite").delete(id)),
      photo: (id) => request(table("photos", "readonly").get(id)).then((held) => held && new Blob([held.bytes], { type: held.type })),
      keep: async (id, blob) => {
        const bytes = await buffer(blob); // first: a transaction does not live through a wait
        return request(table("photos", "readwrite").put({ id, type: blob.type, bytes }));
      },
      forget: (id) => request(table("photos", "readwrite").delete(id)),
    };
  }

  function plain() {
    const key = (kind, id) => `${NAME}:${kind}:${id}`;
    const read = (name) => JSON.parse(localStorage.getItem(name));
    return {
      all: async () => Object.keys(localStorage).filter((name) => name.startsWith(key("drafts", ""))).map(read),
      put: async (draft) => localStorage.setItem(key("drafts", draft.id), JSON.stringify(draft)),
      drop: async (id) => localStorage.removeItem(key("drafts", id)),
      photo: async (id) => { const held = read(key("photos", id)); return held && unpacked(held); },
      keep: async (id, blob) => localStorage.setItem(key("photos", id), JSON.stringify(await dataUrl(blob))),
      forget: async (id) => localStorage.removeItem(key("photos", id)),
    };
  }

  function reading(blob, how) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader[how](blob);
    });
  }
  const buffer = (blob) => reading(blob, "readAsArrayBuffer"); // a Blob itself is lost in some WebKits
  const dataUrl = (blob) => reading(blob, "readAsDataURL");

  function unpacked(url) {
    const [head, body] = url.split(",");
    const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
    return new Blob([bytes], { type: head.slice(5).split(";")[0] });
  }

  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  async function picture(file) {
    if (window.createImageBitmap) {
      try {
        return await createImageBitmap(file, { imageOrientation: "from-image" });
      } catch { /* an older WebKit knows no options, or not this format */ }
    }
    const image = new Image();
    image.src = await dataUrl(file);
    await image.decode();
    return image;
  }

  async function drawn(file, longest) {
    const image = await picture(file);
    const width = image.naturalWidth || image.width;
    const height = image.naturalHeight || image.height;
    const scale = Math.min(1, longest / Math.max(width, height));
    const canvas = page.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  async function smaller(file) {
    if (!file.type.startsWith("image/")) return file;
    const canvas = await drawn(file, LONGEST);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), "image/jpeg", 0.85);
    });
  }

  window.furongField = { memory: indexed().catch(plain), uuid, drawn, smaller };
})();
