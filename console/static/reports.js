// Draws what a section of a report says in its data-chart: the table beneath it holds the same numbers.
(function () {
  "use strict";
  const colours = { light: ["#0c6660", "#21538f", "#ac7000", "#7d2763", "#8a8f8b", "#4d8f89", "#5f8fc4"],
                    dark: ["#43b3a6", "#93bdf2", "#e0a52a", "#eaa3d2", "#929b97", "#2b7d74", "#5d86ba"] };
  const drawn = [];

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function option(chart) {
    const isDark = document.documentElement.dataset.bsTheme === "dark";
    const ink = token("--ink-2"), line = token("--line"), isBar = chart.kind === "bar", isLine = chart.kind === "line";
    const names = { type: "category", data: chart.names, inverse: isBar, axisLabel: { color: ink, hideOverlap: true },
                    axisLine: { lineStyle: { color: line } }, axisTick: { show: false } };
    const values = { type: "value", minInterval: 1, axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } } };
    if (chart.unit === "percent") { values.max = 100; values.axisLabel.formatter = "{value}%"; }
    return {
      animation: false, aria: { enabled: false }, color: isDark ? colours.dark : colours.light,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      // an HTML tooltip would bring styles that our policy forbids
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: isLine ? "line" : "shadow" } },
      legend: chart.series.length > 1 ? { type: "scroll", top: 0, left: 0, right: 0, textStyle: { color: ink } } : undefined,
      grid: { left: 8, right: 16, top: chart.series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
      xAxis: isBar ? values : names, yAxis: isBar ? names : values,
      series: chart.series.map(function (one) {
        return { name: one.name, data: one.values, type: isLine ? "line" : "bar", barMaxWidth: 28,
                 stack: chart.kind === "stack" ? "all" : undefined, symbolSize: 6, connectNulls: false,
                 itemStyle: one.name === chart.broken ? { color: token("--p0") } : undefined };
      }),
    };
  }

  function draw() {
    document.querySelectorAll("[data-chart]").forEach(function (place) {
      const picture = window.echarts.init(place, null, { renderer: "canvas" });
      const chart = JSON.parse(place.dataset.chart);
      picture.setOption(option(chart));
      drawn.push([picture, chart]);
    });
  }

  function again() {
    drawn.forEach(function (one) { one[0].setOption(option(one[1])); one[0].resize(); });
  }

  draw();
  window.addEventListener("resize", again);
  window.addEventListener("beforeprint", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
