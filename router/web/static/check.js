/* Findings by keyboard: j k to move, e y n a for the row's own buttons; switched on by choice (WCAG 2.1.4). */
"use strict";
(() => {
  const STORED = "hotline-keys";
  const rows = () => [...document.querySelectorAll("[data-finding]")];
  const current = () => document.activeElement && document.activeElement.closest("[data-finding]");
  const typing = (event) => event.isComposing || event.ctrlKey || event.metaKey || event.altKey
    || event.target.matches("input, select, textarea");
  const move = (step) => {
    const all = rows();
    const to = all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + step))];
    if (to) to.focus();
  };
  const press = (key) => {
    const button = current() && current().querySelector(`[data-key="${key}"]`);
    if (!button) return;
    button.click();
    const reason = button.closest("details") && button.closest("details").querySelector('[name="note"]');
    if (reason) setTimeout(() => reason.focus(), 0);
  };
  document.addEventListener("DOMContentLoaded", () => {
    const print = document.querySelector("[data-print]");
    if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) target.focus(); // after a decision: on to the next one
    const keys = document.querySelector("[data-keys-switch]");
    if (!keys) return;
    keys.checked = localStorage.getItem(STORED) === "on";
    keys.addEventListener("change", () => localStorage.setItem(STORED, keys.checked ? "on" : "off"));
    document.addEventListener("keydown", (event) => {
      if (!keys.checked || typing(event)) return;
      if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
      else if (/^[eyna]$/.test(event.key)) press(event.key);
      else return;
      event.preventDefault();
    });
  });
})();
