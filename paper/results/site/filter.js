// Show the rows of a table that match every filter; the filters are in the address.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const rows = document.querySelectorAll(`#${form.dataset.filters} tbody tr`);
  const address = new URLSearchParams(location.search);
  for (const select of form.elements) {
    if (address.has(select.name)) select.value = address.get(select.name);
  }
  const update = () => {
    const wanted = [...new FormData(form)].filter(([, value]) => value);
    let count = 0;
    for (const row of rows) {
      row.hidden = wanted.some(([name, value]) => row.dataset[name] !== value);
      if (!row.hidden) count += 1;
    }
    form.querySelector("output").textContent = `${count} of ${rows.length}`;
  };
  form.addEventListener("change", update);
  update();
}
