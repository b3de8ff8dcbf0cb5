// What htmx leaves out: telling people how their rating is getting on, and patience with those who click twice.
(() => {
  const say = text => document.getElementById('status')?.replaceChildren(text);
  let timer;
  const on = (name, act) => document.addEventListener('htmx:' + name, act);
  on('before:request', () => {
    say('');
    clearTimeout(timer);
    timer = setTimeout(say, 2000, 'Still saving your rating…');
  });
  on('after:request', () => {
    clearTimeout(timer);
    say('');
  });
  on('response:error', ({detail: {ctx}}) => {
    if (ctx.response.status > 499)
      say('Your rating was not saved because of a problem with the site. Try again.');
  });
  on('error', ({detail: {ctx}}) => {
    if (!ctx || ctx.response) return;
    clearTimeout(timer);
    say('Your rating was not sent. Check your connection, then try again.');
  });
  // Two clicks are one.
  let last, then;
  document.addEventListener('submit', e => {
    if (e.target === last && e.timeStamp - then < 1000) e.preventDefault();
    last = e.target;
    then = e.timeStamp;
  });
  // For members who have switched it on.
  document.addEventListener('keydown', e => {
    if (!document.querySelector('.digits') || !/^\d$/.test(e.key) || e.repeat || e.altKey || e.ctrlKey || e.metaKey) return;
    if (e.target.closest('input,textarea,select')) return;
    document.querySelector(`.scores [value="${+e.key || 10}"]`)?.click();
  });
})();
