"""The page's script: theme, "why?" dialog, size of drawings, place in the contents. The page reads without it."""

from __future__ import annotations

from typing import Final

SCRIPT: Final = """
(() => {
  const root = document.documentElement, key = "archwright-theme";
  const stored = (theme) => {
    try { return theme ? localStorage.setItem(key, theme) : localStorage.getItem(key); } catch { return null; }
  };
  const kept = stored();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;

  const themeButton = () => {
    const button = document.querySelector("#theme"), system = matchMedia("(prefers-color-scheme: dark)");
    const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
    const name = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      stored(root.dataset.theme);
      name();
    });
    system.addEventListener("change", name);
    button.hidden = false;
    name();
  };

  const whyDialog = () => {
    const dialog = document.querySelector("#why-dialog");
    if (!dialog || !dialog.showModal) return;
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-figure]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const entry = document.getElementById(link.getAttribute("href").slice(1));
      if (!entry) return;
      event.preventDefault();
      dialog.querySelector("h2").textContent = entry.querySelector("h3").textContent;
      dialog.querySelector("pre").textContent = entry.querySelector("pre").textContent;
      dialog.showModal();
    });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  };

  const fullSize = () => {
    for (const figure of document.querySelectorAll(".picture")) {
      const svg = figure.querySelector("svg"), button = figure.querySelector("button");
      button.hidden = !svg?.width || svg.getBoundingClientRect().width > 0.98 * svg.width.baseVal.value;
      button.addEventListener("click", () => {
        button.textContent = figure.toggleAttribute("data-full") ? "Fit to the page" : "Full size";
      });
    }
  };

  const contents = () => {
    const details = document.querySelector(".contents details"), narrow = matchMedia("(max-width: 68rem)");
    const fit = () => { details.open = !narrow.matches; };
    narrow.addEventListener("change", fit);
    fit();
    const links = new Map([...details.querySelectorAll("a")].map((a) => [a.getAttribute("href").slice(1), a]));
    details.addEventListener("click", (event) => {
      if (narrow.matches && event.target.closest("a")) details.open = false;
    });
    const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    let now = null, due = false;
    const mark = () => {
      due = false;
      const line = innerHeight / 4, end = innerHeight + scrollY >= root.scrollHeight - 2;
      const passed = places.filter((place) => place.getBoundingClientRect().top <= line);
      const link = links.get((end ? places.at(-1) : passed.at(-1))?.id);
      if (link === now) return;
      now?.removeAttribute("aria-current");
      link?.setAttribute("aria-current", "location");
      now = link;
    };
    addEventListener("scroll", () => { if (!due) { due = true; requestAnimationFrame(mark); } }, { passive: true });
    mark();
  };

  document.addEventListener("DOMContentLoaded", () => { themeButton(); whyDialog(); fullSize(); contents(); });
})();
"""
