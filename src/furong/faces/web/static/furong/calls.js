// A caller's page by keyboard alone: digits choose the result, R shows the number, S puts it off,
// Y and N answer, Ctrl+Enter sends. The form works without it; then all of its parts are shown.
"use strict";

(() => {
  const form = document.querySelector("[data-call]");
  if (!form) return;
  const results = [...form.querySelectorAll("[data-asks]")];
  const parts = [...form.querySelectorAll("[data-part]")];

  // Only the questions that go with the result are there to be tabbed through.
  function follow() {
    const chosen = results.find((one) => one.checked);
    for (const part of parts) part.hidden = !chosen || !part.dataset.part.split(" ").includes(chosen.dataset.asks);
  }

  const typing = (element) => element.matches("input:not([type=radio]):not([type=checkbox]), select, textarea");

  function choose(result) {
    result.checked = true;
    follow();
    const first = parts.filter((part) => !part.hidden).flatMap((part) => [...part.querySelectorAll("input, select, textarea")])[0];
    (first || form.querySelector("[data-send]")).focus();
  }

  // Y and N answer the question that has the focus, and go on to the next one.
  function answer(value) {
    const here = document.activeElement.closest(".ask");
    const option = here && here.querySelector(`input[type=radio][value="${value}"]`);
    if (!option) return false;
    option.checked = true;
    const fields = [...form.querySelectorAll(".ask")].filter((one) => !one.closest("[hidden]"));
    const next = fields[fields.indexOf(here) + 1];
    const target = next ? next.querySelector("input:not([type=hidden]), select, textarea") : null;
    (target || form.querySelector("[data-send]")).focus();
    return true;
  }

  document.addEventListener("change", (event) => {
    if (results.includes(event.target)) follow();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    const result = results.find((one) => one.dataset.key === key);
    if (result) {
      event.preventDefault();
      choose(result);
    } else if (key === "y" || key === "n") {
      if (answer(key === "y" ? "true" : "false")) event.preventDefault();
    } else if (key === "r" || key === "s") {
      const button = document.querySelector(`button[data-key="${key}"], a[data-key="${key}"]`);
      if (button) {
        event.preventDefault();
        button.click();
      }
    }
  });

  follow();
})();
