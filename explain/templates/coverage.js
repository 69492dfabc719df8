// Hides what is covered, on request. Without this script the whole file is shown.
"use strict";
(() => {
  const button = document.getElementById("only");
  const file = document.querySelector(".file");
  button.addEventListener("click", () => {
    const only = file.classList.toggle("only");
    button.setAttribute("aria-pressed", String(only));
  });
  addEventListener("hashchange", () => document.getElementById(location.hash.slice(1))?.focus());
  button.parentElement.hidden = false;
})();
