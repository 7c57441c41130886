// The keyboard belongs to the desk as soon as it shows something, without a click.
new MutationObserver(() => {
  const keys = document.querySelector(".xterm-helper-textarea");
  if (document.body.classList.contains("-closed")) document.querySelector(".closed a").focus();
  else if (keys) keys.focus();
}).observe(document.body, { attributeFilter: ["class"] });
