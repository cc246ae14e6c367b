/* The reader picks a month or a group, by a chart or by a list: figures and charts are added up from the cells of the
   page. Nothing is asked for elsewhere, and without this script the page stands as it is. */
(function () {
  "use strict";
  var byId = function (id) { return document.getElementById(id); };
  var place = byId("explore"), still = byId("still"), form = byId("choices");
  var data = JSON.parse(byId("explore-data").textContent);
  var cells = data.cells, columns = data.columns, texts = data.texts;
  var names = Object.keys(cells.values), sums = { water: ["water_site", "water_grid"] };
  var lists = columns.map(function (_, number) { return byId("choice-" + number); });
  var measured = byId("measure"), views = [];

  // --- numbers, as footprint.numbers and footprint.language write them ---------------------------------

  function written(text) {
    var parts = text.split("e"), signs = { ",": data.signs[0], ".": data.signs[1], "-": "\u2212" };
    var mantissa = parts[0].replace(/[,.-]/g, function (sign) { return signs[sign]; });
    if (parts.length === 1) { return mantissa; }
    var high = { "-": "\u207b", 0: "\u2070", 1: "\u00b9", 2: "\u00b2", 3: "\u00b3", 4: "\u2074", 5: "\u2075", 6: "\u2076",
                 7: "\u2077", 8: "\u2078", 9: "\u2079" };
    var power = String(Number(parts[1])).replace(/[-0-9]/g, function (sign) { return high[sign]; });
    return mantissa + " \u00d7 10" + power;
  }

  function grouped(text) {
    var parts = text.split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return parts.join(".");
  }

  function number(value, digits) {
    if (value === 0) { return "0"; }
    var rounded = Number(value.toPrecision(digits)), size = Math.abs(rounded);
    if (!(size >= 1e-4 && size < 1e9)) {
      var parts = value.toExponential(digits - 1).split("e");
      return written((parts[0].indexOf(".") < 0 ? parts[0] : parts[0].replace(/\.?0+$/, "")) + "e" + Number(parts[1]));
    }
    var whole = size >= 1 ? String(Math.floor(size)).length : 0;
    var places = whole ? Math.max(digits - whole, 0) : digits - 1 - Math.floor(Math.log10(size));
    return written(grouped(rounded.toFixed(places)));
  }

  function count(value) { return written(grouped(String(value))); }

  function supported(range, value) {
    if (value === 0) { return 3; }
    var half = (range[1] - range[0]) / 2 / Math.abs(value);
    return half < 0.1 ? 3 : half < 3 ? 2 : 1;
  }

  // The unit in which a value of a result is read best: its name and its size.
  function scaled(value, result) {
    var fitting = data.units[result].filter(function (unit) { return Math.abs(value) / unit[1] >= unit[2]; });
    return fitting.length ? fitting[fitting.length - 1] : data.units[result][0];
  }

  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? values[name] : whole; });
  }

  function between(range, value, unit) {
    var digits = Math.max(supported(range, value), 2);
    return filled(texts.between, { low: number(range[0] / unit[1], digits), high: number(range[1] / unit[1], digits) })
      .replace(/ /g, "\u00a0");
  }

  function beside(said) {
    return said.reduce(function (one, other) { return filled(texts.beside, { one: one, other: other }); });
  }

  // --- what is chosen, added up ------------------------------------------------------------------------

  function empty() {
    var sum = { rows: 0, values: {}, known: {} };
    names.forEach(function (name) { sum.values[name] = 0; sum.known[name] = 0; });
    return sum;
  }

  function add(sum, cell) {
    sum.rows += cells.rows[cell];
    names.forEach(function (name) {
      var value = cells.values[name][cell];
      if (value === null) { return; }
      sum.values[name] += value;
      sum.known[name] += cells.known[name] ? cells.known[name][cell] : cells.rows[cell];
    });
  }

  // Nobody knows a sum over nothing, and nothing known is not zero.
  function close(sum) {
    names.forEach(function (name) { if (!sum.known[name]) { sum.values[name] = null; } });
    Object.keys(sums).forEach(function (name) {
      var parts = sums[name].map(function (part) { return sum.values[part]; });
      sum.values[name] = parts.indexOf(null) < 0 ? parts[0] + parts[1] : null;
      sum.known[name] = Math.min.apply(null, sums[name].map(function (part) { return sum.known[part]; }));
    });
    return sum;
  }

  // Each chart shows its own column under what is chosen of the others.
  function added(chosen) {
    var total = empty();
    var groups = columns.map(function (column) { return column.labels.map(empty); });
    for (var cell = 0; cell < cells.rows.length; cell += 1) {
      var other = -1, differ = 0;
      for (var at = 0; at < columns.length; at += 1) {
        if (chosen[at] >= 0 && cells.at[at][cell] !== chosen[at]) { differ += 1; other = at; }
      }
      if (differ > 1) { continue; }
      if (!differ) { add(total, cell); }
      for (at = 0; at < columns.length; at += 1) {
        if (!differ || at === other) { add(groups[at][cells.at[at][cell]], cell); }
      }
    }
    groups.forEach(function (found) { found.forEach(close); });
    return { total: close(total), groups: groups };
  }

  function rangesOf(chosen) {
    var picked = chosen.map(function (_, at) { return at; }).filter(function (at) { return chosen[at] >= 0; });
    if (!picked.length) { return data.total; }
    return picked.length === 1 ? columns[picked[0]].ranges[chosen[picked[0]]] || {} : {};
  }

  // Without a range of its own, a figure shows as many digits as the range of the whole supports.
  function digitsOf(result, value, range) {
    if (range) { return supported(range, value); }
    var whole = data.total[result];
    return whole ? supported(whole, everything.values[result]) : 2;
  }

  // --- what is shown -----------------------------------------------------------------------------------

  function figure(id, result, sum, ranges, notes) {
    var value = sum.values[result], shown = byId("value-" + id), unit = byId("unit-" + id), said = [];
    shown.textContent = "\u2014";
    shown.removeAttribute("value");
    unit.textContent = "";
    if (value !== null) {
      var scale = scaled(value, result), range = ranges[result];
      shown.value = String(value);
      shown.textContent = number(value / scale[1], digitsOf(result, value, range));
      unit.textContent = scale[0];
      if (range) { said.push(between(range, value, scale)); }
      if (sum.known[result] < sum.rows) {
        said.push(filled(texts.incomplete, { count: count(sum.known[result]), rows: count(sum.rows) }));
      }
    }
    byId("note-" + id).textContent = said.concat(notes).join(", ");
  }

  function joint(value, result, range) {
    var scale = scaled(value, result);
    return number(value / scale[1], digitsOf(result, value, range)) + "\u00a0" + scale[0];
  }

  function figures(sum, ranges) {
    var values = sum.values;
    figure("energy", "facility_energy", sum, ranges, values.facility_energy === null ? [texts.unknown] : [texts.meters]);
    if (values.water !== null) {
      var site = filled(texts.of_it, { value: joint(values.water_site, "water_site", ranges.water_site) });
      figure("water", "water", sum, ranges, [site]);
    } else {
      var part = values.water_site !== null ? "water_site" : values.water_grid !== null ? "water_grid" : "water";
      figure("water", part, sum, ranges, [{ water_site: texts.site, water_grid: texts.grid, water: texts.unknown }[part]]);
    }
    var market = values.carbon_market, other = texts.no_market;
    if (market !== null) {
      other = filled(texts.market, { value: joint(market, "carbon_market", ranges.carbon_market) });
    }
    figure("carbon", "carbon_location", sum, ranges, [filled(texts.location, { other: other })]);
  }

  function summary(chosen, sum) {
    var said = chosen.map(function (item, at) { return item < 0 ? "" : columns[at].labels[item]; }).filter(Boolean);
    var text = !said.length ? texts.whole : !sum.rows ? texts.nothing : said.length === 1 ? texts.one : texts.several;
    byId("chosen").textContent = filled(text, { chosen: said.join(", ") });
  }

  function ticks(high) {
    if (!(high > 0)) { return [{ value: 0, text: "0" }]; }
    var power = Math.pow(10, Math.floor(Math.log10(high / 4))), steps = [1, 2, 5, 10, 20, 50];
    var step = power * steps.filter(function (size) { return high / (size * power) <= 4; })[0];
    var found = [];
    for (var at = 0; at <= Math.ceil(high / step - 1e-9); at += 1) {
      var value = Number((at * step).toPrecision(12));
      found.push({ value: value, text: value < 1e15 ? written(grouped(String(Number(value.toPrecision(10))))) : String(value) });
    }
    return found;
  }

  // The figures of one chart, in one unit.
  function rows(at, sum, chosen, measure) {
    var result = measure.result;
    var alone = chosen.every(function (item, other) { return item < 0 || other === at; });
    var found = sum.groups[at].map(function (group, item) {
      var value = group.values[result], range = alone && columns[at].ranges[item] && columns[at].ranges[item][result];
      return { item: item, label: columns[at].labels[item], known: group.rows > 0 && value !== null, full: value,
               ends: range || null, picked: chosen[at] === item };
    });
    var largest = Math.max.apply(null, found.map(function (row) { return row.known ? row.full : 0; }));
    var unit = scaled(largest, result);
    found.forEach(function (row) {
      row.at = row.item;
      row.value = row.known ? row.full / unit[1] : null;
      row.low = row.known && row.ends ? row.ends[0] / unit[1] : null;
      row.high = row.known && row.ends ? row.ends[1] / unit[1] : null;
      row.end = Math.max(row.value || 0, row.high || 0);
      row.shown = row.known ? number(row.value, digitsOf(result, row.full, row.ends)) : "\u2014";
      row.range = row.known && row.ends ? between(row.ends, row.full, unit) : "";
      row.pale = chosen[at] >= 0 && !row.picked;
      row.tip = row.label + "\n" + row.shown + (row.known ? "\u00a0" + unit[0] : "") +
        (row.range ? "\n" + texts.range + " " + row.range : "");
    });
    return { rows: found, unit: unit[0], alone: alone, top: Math.max.apply(null, found.map(function (row) { return row.end; })) || 1 };
  }

  function table(at, found, measure) {
    var body = byId("rows-" + at), head = byId("head-" + at);
    head.textContent = measure.title + ",\u00a0" + found.unit;
    body.textContent = "";
    found.rows.forEach(function (row) {
      var line = document.createElement("tr");
      [["th", row.label, ""], ["td", row.shown, "number"], ["td", row.range, ""]].forEach(function (cell) {
        var made = document.createElement(cell[0]);
        made.textContent = cell[1];
        if (cell[2]) { made.className = cell[2]; }
        if (cell[0] === "th") { made.scope = "row"; }
        line.appendChild(made);
      });
      body.appendChild(line);
    });
  }

  function caption(at, found, chosen, measure) {
    var others = chosen.map(function (item, other) {
      return item < 0 || other === at ? "" : columns[other].labels[item];
    }).filter(Boolean);
    var drawn = [filled(texts.drawn, { what: measure.what, unit: found.unit })].concat(others.length ? [others.join(", ")] : []);
    if (found.alone) { drawn.push(columns[at].short ? texts.band : texts.lines); }
    byId("caption-" + at).textContent = beside(drawn);
    var image = byId("view-" + at).querySelector("svg");
    if (image) { image.setAttribute("aria-label", columns[at].head + ". " + beside(drawn) + ". " + texts.table); }
  }

  function drawMonths(view, at, found, measure, width) {
    var column = columns[at], shown = found.rows, wide = (width - 72) / shown.length;
    var every = [1, 2, 3, 4, 6, 12, 24, 60].filter(function (step) { return step * wide >= 34; })[0] || shown.length;
    var lines = ticks(found.top), year = "";
    shown.forEach(function (row, number) {
      var named = number % every === 0 || (row.picked && every === 1);
      row.label = named ? column.short[row.item] : "";
      row.year = named && column.years[row.item] !== year ? column.years[row.item] : "";
      if (named) { year = column.years[row.item]; }
      row.align = number === 0 ? "left" : number === shown.length - 1 ? "right" : "center";
    });
    view.width(width - 72).signal("top", lines[lines.length - 1].value || 1).signal("count", shown.length)
      .signal("colour", measure.colour).signal("band", measure.band).data("ticks", lines).data("months", shown);
  }

  function drawBars(view, at, found, measure, width) {
    var above = width < 420, step = above ? 44 : 28;
    var letters = Math.max.apply(null, found.rows.map(function (row) { return row.shown.length; }));
    found.rows.forEach(function (row, number) {
      row.row = number;
      row.halo = row.low !== null && row.value - row.low > found.top / 40;
    });
    view.width(width).height(step * found.rows.length).signal("top", found.top).signal("colour", measure.colour)
      .signal("pale", measure.pale).signal("step", step).signal("above", above).signal("shift", above ? 8 : 0)
      .signal("labelled", Math.min(columns[at].width + 4, width * 0.36)).signal("right", letters * 7.5 + 22)
      .data("bars", found.rows);
  }

  var everything = added(columns.map(function () { return -1; })).total;

  function update() {
    var chosen = lists.map(function (list) { return list.selectedIndex - 1; });
    var sum = added(chosen), measure = data.measures[measured ? measured.selectedIndex : 0];
    figures(sum.total, rangesOf(chosen));
    summary(chosen, sum.total);
    byId("reset").disabled = chosen.every(function (item) { return item < 0; });
    return Promise.all(columns.map(function (column, at) {
      var found = rows(at, sum, chosen, measure);
      table(at, found, measure);
      var view = views[at], width = byId("view-" + at).clientWidth;
      if (!view || !width) { return null; }
      (column.short ? drawMonths : drawBars)(view, at, found, measure, width);
      return view.runAsync().then(function () { caption(at, found, chosen, measure); });
    }));
  }

  function pick(at, item) {
    lists[at].selectedIndex = lists[at].selectedIndex === item + 1 ? 0 : item + 1;
    update();
  }

  // One text alternative for a whole picture: not a label for each of its marks.
  function plain(image) {
    [image].concat(Array.from(image.querySelectorAll("*"))).forEach(function (element) {
      ["role", "aria-roledescription", "aria-label", "aria-hidden"].forEach(function (name) { element.removeAttribute(name); });
    });
    image.setAttribute("role", "img");
  }

  var options = { mode: "vega", ast: true, actions: false, renderer: "svg", defaultStyle: false,
                  tooltip: { disableDefaultStyle: true } };
  place.hidden = false;
  Promise.all(columns.map(function (column, at) {
    var spec = JSON.parse(JSON.stringify(column.short ? data.charts.months : data.charts.bars));
    return vegaEmbed(byId("view-" + at), spec, options).then(function (made) {
      views[at] = made.view;
      plain(byId("view-" + at).querySelector("svg"));
      made.view.addSignalListener("picked", function (_, value) { if (value) { pick(at, value.at); } });
    });
  })).then(function () {
    form.addEventListener("change", update);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function () { setTimeout(update, 0); });
    var wait = 0;
    window.addEventListener("resize", function () { clearTimeout(wait); wait = setTimeout(update, 120); });
    return update();
  }).then(function () {
    still.classList.add("replaced");
    place.dataset.ready = "true";
  }).catch(function () { place.hidden = true; });
})();
