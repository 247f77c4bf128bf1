// Show the rows of a table that match every filter; the filters are in the address.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const table = document.getElementById(form.dataset.filters);
  const rows = table.querySelectorAll("tbody tr:has(td)");
  const show = () => {
    const wanted = [...new FormData(form)].filter(([, value]) => value);
    let count = 0;
    for (const row of rows) {
      row.hidden = wanted.some(([name, value]) => row.dataset[name] !== value);
      if (!row.hidden) count += 1;
    }
    for (const body of table.tBodies) {
      body.hidden = !body.querySelector("tr:has(td):not([hidden])");
      document.querySelector(`nav [href="#${CSS.escape(body.id)}"]`).hidden = body.hidden;
    }
    form.querySelector("output").textContent = `${count} of ${rows.length}`;
    return wanted;
  };
  const read = () => {
    const address = new URLSearchParams(location.search);
    for (const select of form.elements) {
      if (!select.name) continue;
      select.value = address.get(select.name) ?? "";
      // A value that the list does not have filters nothing.
      if (select.selectedIndex < 0) select.value = "";
    }
    show();
  };
  form.addEventListener("change", () => {
    const address = new URLSearchParams(show());
    history.pushState(null, "", `${location.pathname}${address.size ? `?${address}` : ""}`);
  });
  addEventListener("popstate", read);
  form.hidden = false;
  read();
}
