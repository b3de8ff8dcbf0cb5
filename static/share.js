// Where browsers have a way to share, it takes the place of our page of ways. Counted all the same.
addEventListener('submit', e => {
  const form = e.target;
  if (e.defaultPrevented || !navigator.share || !form.matches('.share')) return;
  e.preventDefault();
  fetch(form.action, {method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual'});
  navigator.share({title: document.title, url: form.elements.link.value}).catch(() => {});
});
