// Keys for whoever works through a queue. Everything that they do can be done without them.
// What must not be broken: no key records anything that the page has not said first; a key held down confirms nothing.
'use strict';
(() => {
  const OFF = 'mingzhang-keys-off';
  const switched = document.getElementById('keys-on');
  const help = document.getElementById('keys');
  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem(OFF) === '1';
      localStorage.setItem(OFF, value ? '1' : '0');
    } catch (_) { /* a browser that stores nothing asks again on the next page */ }
    return false;
  };
  let on = !remembered();
  const show = () => {
    document.body.classList.toggle('keyed', on);
    if (switched) switched.checked = on;
  };
  document.body.classList.add('scripted');
  show();
  if (switched) switched.addEventListener('change', () => { on = switched.checked; remembered(!on); show(); });

  const typing = (node) => node.matches('textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])');
  const choices = () => Array.from(document.querySelectorAll('[data-choices] input[type=radio]'));
  const rows = () => Array.from(document.querySelectorAll('[data-row]'));

  // Number n: the n-th reason.
  const choose = (number) => {
    const choice = choices()[number - 1];
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    return true;
  };
  // j and k: the next and the previous of a queue, on the list as on the page of one.
  const move = (step) => {
    const link = document.querySelector(step > 0 ? 'a[rel=next]' : 'a[rel=prev]');
    if (link) { link.click(); return true; }
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))].focus();
    return true;
  };
  // Enter: to the confirmation, and there: recorded.
  const enter = (target) => {
    const form = document.querySelector('form[data-enter]');
    if (!form || target.matches('a, button, summary')) return false;
    form.requestSubmit();
    return true;
  };
  const explain = () => {
    if (!help) return false;
    help.open = !help.open;
    if (help.open) help.querySelector('summary').focus();
    return true;
  };

  document.addEventListener('keydown', (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (!on || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(target)) return;
    const done = event.key === 'Enter' ? enter(target)
      : event.key === 'j' ? move(1)
      : event.key === 'k' ? move(-1)
      : event.key === '?' || event.key === '？' ? explain()
      : /^[1-9]$/.test(event.key) ? choose(Number(event.key))
      : false;
    if (done) event.preventDefault();
  });

  // What is sent twice is recorded once; a button that has been pressed says so.
  document.addEventListener('submit', (event) => {
    const button = event.target.querySelector('button[data-busy]');
    if (button) setTimeout(() => { button.disabled = true; button.textContent = button.dataset.busy; });
  });
  window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
})();
