// Fills the page from the stream of events and counts its times. It sends nothing.
const byId = (id) => document.getElementById(id);

function clockText(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${whole % 60}s`;
}

function count() {
  const now = Date.now();
  for (const one of document.querySelectorAll('[data-since]'))
    one.textContent = clockText((now - Date.parse(one.dataset.since)) / 1000);
  for (const one of document.querySelectorAll('[data-until]'))
    one.textContent = `${clockText((Date.parse(one.dataset.until) - now) / 1000)} left`;
  for (const one of document.querySelectorAll('progress[data-from]'))
    one.value = Math.min(one.max, (now - Date.parse(one.dataset.from)) / 1000);
}

const events = new EventSource('events');
events.addEventListener('section', ({ data }) => {
  const { id, html } = JSON.parse(data);
  byId(id).innerHTML = html;
  count();
});
events.addEventListener('title', ({ data }) => {
  document.title = JSON.parse(data);
});
events.addEventListener('open', () => {
  byId('lost').hidden = true;
});
events.addEventListener('error', () => {
  byId('lost').hidden = false;
});
setInterval(count, 1000);
