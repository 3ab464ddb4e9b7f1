// The only module that is filled in by the build: it names the libraries' versions.
export { html, svg, render, nothing } from '/webjars/lit-html/${lit-html.version}/lit-html.js';
export { default as uPlot } from '/webjars/uplot/${uplot.version}/dist/uPlot.esm.js';
export const chartStyle = '/webjars/uplot/${uplot.version}/dist/uPlot.min.css';
