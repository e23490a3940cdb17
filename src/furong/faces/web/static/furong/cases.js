// The dispatch desk: the selected case beside the queue, and its keys. The list works without it.
"use strict";

(() => {
  const page = document;
  const pane = page.getElementById("pane");
  const keys = page.getElementById("keys");
  const beside = window.matchMedia("(min-width: 1101px)");
  let waiting;

  const typing = (element) => element.closest("input, select, textarea, [contenteditable], dialog[open]");
  const rows = () => [...page.querySelectorAll("[data-queue] [data-pane]")];

  // The pane shows what the list's focus stands on, after a moment, so that j j j asks once.
  function show(link, wait) {
    if (!beside.matches || !link) return;
    for (const row of page.querySelectorAll("[data-queue] tr.selected")) row.classList.remove("selected");
    link.closest("tr").classList.add("selected");
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const here = encodeURIComponent(window.location.pathname + window.location.search);
      window.htmx.ajax("GET", `${link.dataset.pane}?next=${here}`, { target: "#pane", swap: "innerHTML" });
    }, wait);
  }

  function first() {
    const links = rows();
    if (links.length) show(links[0], 0);
    else pane.replaceChildren();
  }

  page.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-queue] [data-pane]")) show(event.target, 120);
  });

  // A click anywhere on a row selects it; on its title it opens the case, as a link does.
  page.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) keys.showModal();
    if (event.target.closest("[data-cancel]") && event.target.closest("#pane-form")) {
      event.preventDefault();
      page.getElementById("pane-form").replaceChildren();
    }
    const row = event.target.closest("[data-queue] tbody tr");
    if (!row || event.target.closest("a, button")) return;
    const link = row.querySelector("[data-pane]");
    if (beside.matches) link.focus();
    else window.location.assign(link.href);
  });

  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      keys.showModal();
      return;
    }
    if (!"amr".includes(event.key)) return;
    const button = pane.querySelector(`[data-hot="${event.key}"]`);
    if (button) {
      event.preventDefault();
      if (event.key === "r") button.focus(); // the answers differ: the reader chooses
      else button.click();
    }
  });

  // A form that was asked for is where one types next.
  page.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "results") first();
    if (event.target.id !== "pane-form") return;
    const first = event.target.querySelector("input:not([type=hidden]), select, textarea, button");
    const chosen = first.type === "radio" && event.target.querySelector(`[name="${first.name}"]:checked`);
    (chosen || first).focus();
    event.target.scrollIntoView({ block: "nearest" });
  });

  const start = () => {
    if (!rows().includes(page.activeElement)) first();
  };
  if (window.htmx) start();
  else window.addEventListener("load", start);
})();
