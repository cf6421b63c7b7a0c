/* Follows a submission: at each step the page's own words are fetched again, so that they are said in one place only. */
const follow = () => {
  const way = document.getElementById("way");
  if (!way?.dataset.events) return;
  const events = new EventSource(way.dataset.events);
  const look = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("way");
    if (now) document.getElementById("way").replaceChildren(...now.childNodes);
    if (now && !now.dataset.events) events.close();
  };
  for (const state of ["waiting", "relayed", "included", "final", "replaced", "refused"]) events.addEventListener(state, look);
};

follow();
