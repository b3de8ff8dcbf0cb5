// What htmx leaves out: telling people how their rating is getting on, and patience with those who click twice.
(() => {
  const say = text => document.getElementById('status')?.replaceChildren(text);
  // On the page of a photo it is their rating, at the end of the deck whether they want to be told of more.
  const what = ctx => ctx.sourceElement.closest('.awaited') ? 'choice' : 'rating';
  let timer;
  const on = (name, act) => document.addEventListener('htmx:' + name, act);
  on('before:request', ({detail: {ctx}}) => {
    say('');
    clearTimeout(timer);
    timer = setTimeout(say, 2000, `Still saving your ${what(ctx)}…`);
  });
  on('after:request', () => {
    clearTimeout(timer);
    say('');
  });
  on('response:error', ({detail: {ctx}}) => {
    if (ctx.response.status > 499)
      say(`Your ${what(ctx)} was not saved because of a problem with the site. Try again.`);
  });
  on('error', ({detail: {ctx}}) => {
    if (!ctx || ctx.response) return;
    clearTimeout(timer);
    say(`Your ${what(ctx)} was not sent. Check your connection, then try again.`);
  });
  // Buttons that wait for a moment (see `wait` in the stylesheet) send nothing, and the focus stays where it is.
  const waits = ({target}) => {
    const form = target.closest('.rate, .awaited form');
    return form && getComputedStyle(form.querySelector('button')).pointerEvents == 'none';
  };
  document.addEventListener('submit', e => {
    if (!waits(e)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  }, true);
  document.addEventListener('mousedown', e => waits(e) && e.preventDefault());
  // Pages that come back as they were may show a photo as unrated that has been rated since.
  addEventListener('pageshow', e => e.persisted && document.querySelector('.rate') && location.reload());
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
