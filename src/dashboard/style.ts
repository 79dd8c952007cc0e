/** The dashboard's style sheet, light and dark by the reader's own preference. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --bad: light-dark(#a40000, #ff9a8f); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.2rem; margin: 0; }
main { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0.4rem 0; }
th, td { text-align: left; padding: 0.35rem 0.8rem 0.35rem 0; border-bottom: 1px solid var(--line); }
td.aborted, td.rejected, td.reset, td.refused, td.timeout { color: var(--bad); font-weight: 600; }
`;
