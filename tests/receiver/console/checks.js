// What whoever reads a page needs of it, looked for in the page itself.
window.checks = (() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (one) => one.checkVisibility() && one.getClientRects().length > 0;
  const name = (one) => `${one.tagName} ${one.name || one.textContent.trim().slice(0, 40)} ${all('a, input, button, select, summary').indexOf(one)}`;

  // Names for those who hear a page instead of seeing it.
  const names = () => {
    const lacks = [];
    if (all('h1').length !== 1) lacks.push('one h1');
    if (all('main').length !== 1) lacks.push('one main');
    if (!document.documentElement.lang) lacks.push('a language');
    if (!document.title || document.title.startsWith('·')) lacks.push('a title');
    for (const field of all('input:not([type=hidden]), select, textarea'))
      if (![...field.labels].some((label) => label.textContent.trim())) lacks.push(`a label for ${field.name}`);
    for (const one of all('a, button, summary'))
      if (!(one.textContent.trim() || one.getAttribute('aria-label'))) lacks.push(`words in ${one.outerHTML}`);
    const ids = all('[id]').map((one) => one.id);
    for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) lacks.push(`an id of its own: ${id}`);
    let level = 0;
    for (const heading of all('h1, h2, h3, h4')) {
      if (Number(heading.tagName[1]) > level + 1) lacks.push(`a heading above ${heading.textContent}`);
      level = Number(heading.tagName[1]);
    }
    return lacks;
  };

  // Text against what is behind it, as in https://www.w3.org/TR/WCAG22/#contrast-minimum
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = parts(colour).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const contrast = () => {
    const lacks = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const one = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || !shown(one)) continue;
      const [dark, bright] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => a - b);
      const ratio = (bright + 0.05) / (dark + 0.05);
      if (ratio < 4.5) lacks.add(`contrast ${ratio.toFixed(1)} of ${one.tagName}.${one.className}: ${getComputedStyle(one).color} on ${behind(one)}`);
    }
    return [...lacks];
  };

  const focused = () => {
    const one = document.activeElement;
    if (!one || one === document.body) return ['', true];
    const style = getComputedStyle(one);
    return [name(one), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && shown(one)];
  };
  const reachable = () => all('a[href], input:not([type=hidden]), button, select, summary').filter(shown).map(name);

  return { names, contrast, focused, reachable };
})()
