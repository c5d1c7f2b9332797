// The views behind one bar.
import { useEffect } from 'preact/hooks';
import { view } from '../route';
import { FileView } from './FileView';
import { Header } from './Header';
import { HelpDialog } from './HelpDialog';
import { Notice } from './Notice';
import { SearchPage } from './SearchPage';
import { StatusPage } from './StatusPage';

function titleOf(): string {
  const now = view.value;
  if (now.name === 'file') return `${now.path.slice(now.path.lastIndexOf('/') + 1)} · Quarry`;
  if (now.name === 'status') return 'Index and quality · Quarry';
  return now.query ? `${now.query} · Quarry` : 'Quarry';
}

export function App() {
  const title = titleOf();
  useEffect(() => {
    document.title = title;
  }, [title]);
  const { name } = view.value;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>
        To the content
      </a>
      <Header />
      {name === 'search' && <SearchPage />}
      {name === 'file' && <FileView />}
      {name === 'status' && <StatusPage />}
      <HelpDialog />
      <Notice />
    </>
  );
}
