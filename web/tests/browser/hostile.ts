// A repository that wants to run code in the page, or to deceive its reader.

const rlo = '\u202e';
const zeroWidth = '\u200b';

export const hostileFiles: Record<string, string> = {
  '<script>alert(1)<|script>.py': [
    'def zebra_markup():',
    '    """</code></pre><script>window.hacked = 1</script> paint the zebra <b>bold</b>"""',
    '    return "<img src=x onerror=\'window.hacked=1\'>" + "&lt;&amp;" + \'"\'',
    '',
  ].join('\n'),
  [`quo"te' onmouseover=window.hacked=1 x="/a&b#c?d=e.js`]: [
    '// Feeds the zebra </script><svg onload=window.hacked=1>',
    'function zebraFeeder(food) { return `<iframe srcdoc="<script>parent.hacked=1<\\/script>">${food}`; }',
    '',
  ].join('\n'),
  [`src/${rlo}gpj.exe${zeroWidth}.py`]: [
    `def zebra_bidi(user):  # ${rlo}admin check${zeroWidth}`,
    '    """Let the zebra pass the border."""',
    `    if user != "user${rlo} \u2066# only zebras\u2069 \u2066":`,
    '        return True',
    '',
  ].join('\n'),
  'constructor/__proto__.py': 'def __proto__():\n    """Ride the zebra prototype."""\n    return constructor\n',
  // A grammar's regular expressions may take long for this: it must cost the page nothing.
  'slow.md': `# Zebra ${'*_'.repeat(2000)}\n\n${'[a]('.repeat(2000)}\n\nzebra herd at night\n`,
  'long_line.py': `zebra_stripes = "${'stripe '.repeat(30_000)}"\n\ndef zebra_long():\n    """Count the stripes of a long zebra."""\n    return zebra_stripes\n`,
};
