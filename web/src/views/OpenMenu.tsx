// "Open in": the reader's editor where the server names a path, the forge where the repository has one.
import * as menu from '@zag-js/menu';
import { normalizeProps, useMachine } from '@zag-js/preact';
import { createPortal } from 'preact/compat';
import { useId, useState } from 'preact/hooks';
import { get, type FileAnswer, type Links, type Result } from '../api';
import { editorOf, editors, forgeHref } from '../editors';
import { settings, update } from '../settings';
import { say } from './Notice';
import { Icon } from './Icon';

export interface Place {
  id?: string; // of a result; without it the file's own links are asked for
  repo: string;
  path: string;
  first: number;
  last: number;
}

const known = new Map<string, Promise<Links>>();

export function linksOf(place: Place): Promise<Links> {
  const key = place.id ?? `${place.repo}\n${place.path}`;
  let links = known.get(key);
  if (!links) {
    links = place.id
      ? get<{ result: Result; links?: Links }>(`v1/functions/${place.id}`, { context: 0 }).then((found) => found.links ?? {})
      : get<FileAnswer>('v1/files', { repo: place.repo, path: place.path }).then((found) => found.links ?? {});
    links.catch(() => known.delete(key));
    if (known.size > 500) known.clear();
    known.set(key, links);
  }
  return links;
}

// Editors are programs on the reader's machine: the page stays where it is.
function follow(href: string, target: '_self' | '_blank') {
  const link = document.createElement('a');
  link.href = href;
  link.target = target;
  link.rel = 'noopener noreferrer';
  document.body.append(link);
  link.click();
  link.remove();
}

export async function openInEditor(place: Place, id = settings.value.editor) {
  const links = await linksOf(place).catch(() => ({}) as Links);
  if (!links.editor_path) return say('This server does not tell where its files are.');
  const editor = editorOf(id);
  follow(editor.href(links.editor_path, place.first), '_self');
  say(`Opening in ${editor.name}`);
}

export async function openOnForge(place: Place) {
  const links = await linksOf(place).catch(() => ({}) as Links);
  const href = forgeHref(links.forge, place.first, place.last);
  if (!href) return say('This repository has no known address on a forge.');
  follow(href, '_blank');
}

export function OpenMenu({ place, labelled = false }: { place: Place; labelled?: boolean }) {
  // The machine of the menu is started when a pointer or the focus comes near: a list has many of them.
  const [near, setNear] = useState(false);
  if (near) return <Opened place={place} labelled={labelled} />;
  return (
    <button
      type="button"
      class={labelled ? 'button' : 'action'}
      aria-label="Open in"
      aria-haspopup="menu"
      title="Open in editor (o) or on the forge (v)"
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      <Icon name="open" />
      {labelled && 'Open in'}
    </button>
  );
}

function Opened({ place, labelled }: { place: Place; labelled: boolean }) {
  const [links, setLinks] = useState<Links | null>(null);
  const service = useMachine(menu.machine, {
    id: useId(),
    positioning: { placement: 'bottom-end', gutter: 4 },
    onOpenChange: ({ open }) => {
      if (open && !links) linksOf(place).then(setLinks, () => setLinks({}));
    },
    onSelect: ({ value }) => {
      if (value === 'forge') void openOnForge(place);
      else {
        update({ editor: value });
        void openInEditor(place, value);
      }
    },
  });
  const api = menu.connect(service, normalizeProps);
  const forge = forgeHref(links?.forge, place.first, place.last);
  return (
    <>
      <button
        {...api.getTriggerProps()}
        type="button"
        class={labelled ? 'button' : 'action'}
        aria-label="Open in"
        title="Open in editor (o) or on the forge (v)"
        ref={(element) => {
          // It takes the place of the button that had the focus.
          if (element && document.activeElement === document.body) element.focus();
        }}
      >
        <Icon name="open" />
        {labelled && 'Open in'}
      </button>
      {api.open &&
        createPortal(
          <div {...api.getPositionerProps()} class="menu-place">
            <ul {...api.getContentProps()} class="menu">
              {links && !links.editor_path && !forge && (
                <li class="menu-note" role="none">
                  This server tells neither a path nor a forge.
                </li>
              )}
              {forge && (
                <li {...api.getItemProps({ value: 'forge' })} class="menu-item">
                  <span>{new URL(forge).host}</span>
                  <kbd>v</kbd>
                </li>
              )}
              {links?.editor_path &&
                editors.map(({ id, name }) => (
                  <li key={id} {...api.getItemProps({ value: id })} class="menu-item">
                    <span>{name}</span>
                    {settings.value.editor === id && <kbd>o</kbd>}
                  </li>
                ))}
            </ul>
          </div>,
          document.body,
        )}
    </>
  );
}
