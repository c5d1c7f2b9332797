// An error in words, with the way out: try again, give a key, ask differently.
import { useState } from 'preact/hooks';
import { type Failure, useKey } from '../api';
import { settings } from '../settings';

export function FailureNote({ failure, retry }: { failure: Failure; retry: () => void }) {
  if (failure.status === 401) return <KeyForm failure={failure} />;
  const titles: Record<number, string> = {
    0: 'No answer',
    400: 'That question makes no sense to the server',
    403: 'Not allowed',
    404: 'Not found',
    429: 'Too many questions at once',
    503: 'The server is not ready',
  };
  return (
    <div class="note note-error" role="alert">
      <strong>{titles[failure.status] ?? 'Something went wrong'}.</strong> {failure.message}
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

function KeyForm({ failure }: { failure: Failure }) {
  const [key, setKey] = useState('');
  return (
    <form
      class="note"
      onSubmit={(event) => {
        event.preventDefault();
        useKey(key.trim());
      }}
    >
      <label for="api-key">
        <strong>This server wants an API key.</strong> {settings.value.key ? `The one at hand was refused: ${failure.message}.` : 'Whoever runs it gives you one.'}
      </label>
      <div class="key-row">
        <input
          id="api-key"
          class="field"
          type="password"
          autocomplete="current-password"
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={!key.trim()}>
          Use this key
        </button>
      </div>
      <p class="quiet">It is kept in this browser and sent to this server alone.</p>
    </form>
  );
}
