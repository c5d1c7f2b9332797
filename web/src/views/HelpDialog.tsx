// The keys, in a dialog.
import * as dialog from '@zag-js/dialog';
import { normalizeProps, useMachine } from '@zag-js/preact';
import { createPortal } from 'preact/compat';
import { useId } from 'preact/hooks';
import { helpOpen, keyTable, type Key } from '../keyboard';
import { Icon } from './Icon';

const groups: Key['group'][] = ['Everywhere', 'File', 'Results'];

export function HelpDialog() {
  return helpOpen.value ? <Opened /> : null;
}

function Opened() {
  const service = useMachine(dialog.machine, {
    id: useId(),
    defaultOpen: true,
    onOpenChange: ({ open }) => {
      if (!open) helpOpen.value = false;
    },
  });
  const api = dialog.connect(service, normalizeProps);
  return createPortal(
    <>
      <div {...api.getBackdropProps()} class="backdrop" />
      <div {...api.getPositionerProps()} class="dialog-place">
        <div {...api.getContentProps()} class="dialog">
          <div class="dialog-head">
            <h2 {...api.getTitleProps()}>Keys</h2>
            <button {...api.getCloseTriggerProps()} class="action" aria-label="Close">
              <Icon name="close" />
            </button>
          </div>
          <div class="dialog-columns">
            {groups.map((group) => (
              <section key={group}>
                <h3>{group}</h3>
                <dl class="keys">
                  {Object.values(keyTable)
                    .filter((each) => each.group === group)
                    .map(({ shown, does }) => (
                      <div key={does}>
                        <dt>
                          {shown.map((each) => (
                            <kbd key={each}>{each}</kbd>
                          ))}
                        </dt>
                        <dd>{does}</dd>
                      </div>
                    ))}
                </dl>
              </section>
            ))}
          </div>
        </div>
      </div>
    </>,
    document.body,
  );
}
