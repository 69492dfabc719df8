// The proof as a tree to fold, to walk with the keyboard and to search. Without this script it is a list.
"use strict";
(() => {
  const proof = document.getElementById("proof");
  const [short, long] = ["short", "long"].map((id) => document.getElementById(id));
  const whole = proof.querySelector(".whole");
  const panel = proof.querySelector(".origin-panel");
  const files = proof.querySelector(".files");
  const search = proof.querySelector("input");
  const output = proof.querySelector("output");
  const steps = (tree) => [...tree.querySelectorAll("li")];
  const step = (item) => item.firstElementChild;
  const folded = (item) => item.getAttribute("aria-expanded") === "false";
  let tree = short;

  // A list becomes a tree for those who hear it, with one stop of the Tab key.
  const upgrade = (list) => {
    list.setAttribute("role", "tree");
    for (const item of steps(list)) {
      item.setAttribute("role", "treeitem");
      item.tabIndex = -1;
      const [status, words, origins] = step(item).children;
      status.id = `${item.id}-status`;
      words.id = `${item.id}-words`;
      item.setAttribute("aria-labelledby", `${status.id} ${words.id}`);
      if (origins) {
        origins.id = `${item.id}-origins`;
        item.setAttribute("aria-describedby", origins.id);
      }
      const inner = item.querySelector(":scope > ul");
      if (inner) {
        inner.setAttribute("role", "group");
        item.setAttribute("aria-expanded", "true");
      }
    }
    list.firstElementChild.tabIndex = 0;
  };

  const shown = (item) => {
    if (item.hidden) return false;
    const above = item.parentElement.closest("li");
    return !above || (!folded(above) && shown(above));
  };
  const fold = (item, yes) => {
    if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(!yes));
  };
  const reveal = (item) => {
    for (let above = item.parentElement.closest("li"); above; above = above.parentElement.closest("li")) fold(above, false);
  };
  const focus = (item) => {
    for (const other of tree.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  };
  const explain = (item) => {
    const copies = [...step(item).children].slice(1).map((each) => each.cloneNode(true));
    for (const copy of copies) copy.removeAttribute("id");
    panel.replaceChildren(...copies, files.cloneNode(true));
    panel.hidden = false;
  };

  // What is shown: only what failed, all criteria, every step.
  const view = (name) => {
    proof.dataset.view = name;
    for (const button of proof.querySelectorAll("button[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === name));
    }
    tree = name === "everything" ? long : short;
    short.hidden = tree !== short;
    whole.hidden = tree !== long;
    whole.open = true;
    for (const item of steps(short)) {
      item.hidden = name === "failed" && item.matches(".met, .apart");
    }
    find();
  };

  const hits = () => [...tree.querySelectorAll(".hit")];
  function find() {
    const wanted = search.value.trim().toLowerCase();
    proof.classList.toggle("searching", wanted !== "");
    for (const item of steps(tree)) {
      const hit = wanted !== "" && !item.hidden && step(item).textContent.toLowerCase().includes(wanted);
      item.classList.toggle("hit", hit);
      if (hit) reveal(item);
    }
    const count = hits().length;
    const first = hits()[0];
    output.textContent = wanted === "" ? "" : `${count} ${count === 1 ? "step matches" : "steps match"}`;
    if (first) first.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  const next = () => {
    const found = hits();
    if (found.length) focus(found[(found.indexOf(tree.querySelector(".hit[data-found]")) + 1) % found.length]);
  };

  const go = (event, item) => {
    const all = steps(tree).filter(shown);
    const at = all.indexOf(item);
    const open = item.hasAttribute("aria-expanded") && !folded(item);
    const above = item.parentElement.closest("li");
    switch (event.key) {
      case "ArrowDown": return all[at + 1];
      case "ArrowUp": return all[at - 1];
      case "Home": return all[0];
      case "End": return all[all.length - 1];
      case "ArrowRight":
        if (open) return [...item.querySelectorAll("li")].find(shown);
        fold(item, false);
        return item;
      case "ArrowLeft":
        if (!open) return above;
        fold(item, true);
        return item;
      case "Enter":
      case " ":
        fold(item, !folded(item));
        return item;
    }
    return undefined;
  };

  const listen = (list) => {
    list.addEventListener("keydown", (event) => {
      const item = event.target;
      if (item.getAttribute("role") !== "treeitem" || event.ctrlKey || event.altKey || event.metaKey) return;
      const keys = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", " "];
      if (!keys.includes(event.key)) return;
      event.preventDefault();
      const to = go(event, item);
      if (to) focus(to);
    });
    list.addEventListener("click", (event) => {
      const box = event.target.closest(".tree li > div");
      if (!box || event.target.closest("a") || String(getSelection())) return;
      fold(box.parentElement, !folded(box.parentElement));
      focus(box.parentElement);
    });
    list.addEventListener("mouseover", (event) => {
      const box = event.target.closest(".tree li > div");
      if (box) explain(box.parentElement);
    });
    list.addEventListener("focusin", (event) => {
      const item = event.target.closest("li");
      explain(item);
      for (const other of list.querySelectorAll("[data-found]")) delete other.dataset.found;
      if (item.classList.contains("hit")) item.dataset.found = "";
    });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") panel.hidden = true;
  });

  // A link to a step unfolds what it stands under.
  proof.addEventListener("click", (event) => {
    const link = event.target.closest(".tree a");
    if (!link) return;
    const item = document.getElementById(link.hash.slice(1));
    event.preventDefault();
    reveal(item);
    focus(item);
  });
  for (const button of proof.querySelectorAll("button[data-view]")) {
    button.addEventListener("click", () => view(button.dataset.view));
  }
  for (const button of proof.querySelectorAll("button[data-fold]")) {
    button.addEventListener("click", () => {
      const yes = button.dataset.fold === "true";
      for (const item of steps(tree)) fold(item, yes && item !== tree.firstElementChild);
      focus(tree.firstElementChild);
      button.focus();
    });
  }
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") next();
  });

  document.documentElement.classList.add("js");
  for (const list of [short, long]) {
    upgrade(list);
    listen(list);
  }
  proof.querySelector(".tools").hidden = false;
  view(proof.dataset.view);
})();
