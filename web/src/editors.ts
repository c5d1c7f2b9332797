// Editors that open a file at a line by a URL of their own scheme.

export interface Editor {
  id: string;
  name: string;
  href: (path: string, line: number) => string;
}

// Every character that means something in a URL is escaped; the slashes of the path stay.
function escaped(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

const codeLike = (id: string, name: string): Editor => ({
  id,
  name,
  href: (path, line) => `${id}://file${escaped(path)}:${line}`,
});
const jetBrains = (id: string, name: string): Editor => ({
  id,
  name,
  href: (path, line) => `${id}://open?file=${encodeURIComponent(path)}&line=${line}`,
});
const openUrl = (id: string, name: string): Editor => ({
  id,
  name,
  href: (path, line) => `${id}://open?url=${encodeURIComponent(`file://${escaped(path)}`)}&line=${line}`,
});

export const editors: Editor[] = [
  codeLike('vscode', 'VS Code'),
  codeLike('vscodium', 'VSCodium'),
  codeLike('cursor', 'Cursor'),
  codeLike('windsurf', 'Windsurf'),
  codeLike('zed', 'Zed'),
  jetBrains('idea', 'IntelliJ IDEA'),
  jetBrains('pycharm', 'PyCharm'),
  jetBrains('goland', 'GoLand'),
  jetBrains('clion', 'CLion'),
  openUrl('subl', 'Sublime Text'),
  openUrl('emacs', 'Emacs'),
  openUrl('mvim', 'MacVim'),
  openUrl('txmt', 'TextMate'),
];

export function editorOf(id: string): Editor {
  return editors.find((each) => each.id === id) ?? (editors[0] as Editor);
}

// A forge's address with the lines put where that forge wants them; nothing where it is no web address.
export function forgeHref(url: string | undefined, first: number, last: number): string | undefined {
  if (!url || !/^https?:\/\//i.test(url)) return undefined;
  const bare = url.replace(/#.*$/, '');
  if (/#lines-/.test(url)) return `${bare}#lines-${first}:${last}`;
  if (first === last) return `${bare}#L${first}`;
  return bare.includes('/-/blob/') ? `${bare}#L${first}-${last}` : `${bare}#L${first}-L${last}`;
}
