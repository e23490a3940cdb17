// Reply templates beside a field: chosen, filled in by the server, put in where the cursor stands.
"use strict";

(() => {
  const show = (root) => {
    for (const picker of root.querySelectorAll("[data-templates][hidden]")) picker.hidden = false;
  };

  async function insert(picker) {
    const field = document.getElementById(picker.dataset.templates);
    const told = picker.querySelector("[role=status]");
    const token = picker.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
    try {
      const answer = await fetch(picker.querySelector("select").value, {
        method: "POST",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ case: picker.dataset.case }),
      });
      const made = await answer.json();
      told.textContent = made.told;
      if (!answer.ok) return;
      field.setRangeText(made.text, field.selectionStart, field.selectionEnd, "end");
      field.rows = Math.max(field.rows, field.value.split("\n").length + 1);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    } catch {
      told.textContent = told.dataset.failed;
    }
  }

  document.addEventListener("click", (event) => {
    const picker = event.target.closest("[data-templates]");
    if (picker && event.target.closest("button")) insert(picker);
  });

  // Alt T goes from a field to its templates; Enter there puts the chosen one in.
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyT" && event.target.matches("textarea[id]")) {
      const select = document.getElementById(`${event.target.id}-template`);
      if (!select) return;
      event.preventDefault();
      select.focus();
    } else if (event.key === "Enter" && event.target.matches("[data-templates] select")) {
      event.preventDefault();
      insert(event.target.closest("[data-templates]"));
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => show(event.target));
  show(document);
})();
