// Before the first question: what one may ask, what was asked, and what there is to search.
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { get, type Repository, type Suggestion, type Status } from '../api';
import { hrefOf, noFilters } from '../route';
import { resource } from '../search';
import { settings, update } from '../settings';
import { FailureNote } from './FailureNote';
import { Icon } from './Icon';
import { ageOf, grouped, plural, Text } from './Text';

const suggestions = signal<Suggestion[]>([]);
const repositories = resource<{ repositories: Repository[] }>('v1/repositories');
const status = resource<Status>('v1/status');

const questionHref = (query: string) => hrefOf({ name: 'search', query, like: '', filters: noFilters(), at: '' });

function load() {
  get<{ suggestions: Suggestion[] }>('v1/suggestions', { n: 11 }).then(
    (found) => (suggestions.value = found.suggestions),
    () => (suggestions.value = []),
  );
  void repositories.load();
  void status.load();
}

export function FrontPage() {
  useEffect(load, [settings.value.key]);
  const talk = suggestions.value.filter((each) => each.source === 'talk');
  const own = suggestions.value.filter((each) => each.source !== 'talk');
  const { recent } = settings.value;
  const list = repositories.value.value?.repositories ?? [];
  return (
    <main class="front" id="main" tabIndex={-1}>
      <h1 class="front-title">Find code by what it does</h1>
      <p class="front-lead">
        Describe a function in your own words.
        <IndexLine />
      </p>
      {status.problem.value && <FailureNote failure={status.problem.value} retry={load} />}
      <div class="front-columns">
        {own.length > 0 && <Questions title="From this index" queries={own.map((each) => each.query)} />}
        {talk.length > 0 && <Questions title="To begin with" queries={talk.map((each) => each.query)} />}
        {recent.length > 0 && <Questions title="Asked lately" queries={recent} icon="clock" clear={() => update({ recent: [] })} />}
      </div>
      {list.length > 0 && (
        <section class="front-section" aria-labelledby="repositories-title">
          <h2 id="repositories-title">
            {list.length === 1 ? 'Repository' : `${grouped(list.length)} repositories`}
          </h2>
          <ul class="repositories">
            {list.map((each) => (
              <li key={each.name} class="repository">
                <span class="repository-name">
                  <Text>{each.name}</Text>
                </span>
                <span class="quiet">
                  {plural(each.functions, 'function')} in {plural(each.files, 'file')}
                </span>
                <span class="quiet repository-languages">
                  {each.languages
                    .slice(0, 4)
                    .map(({ value }) => value)
                    .join(', ')}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="front-section" aria-labelledby="grammar-title">
        <h2 id="grammar-title">Narrow it down</h2>
        <dl class="grammar">
          {[
            ['lang:go', 'a language; more of them mean either'],
            ['path:net/', 'a folder or a pattern; path:!test/ leaves out'],
            ['kind:class', 'function, method, class or section'],
            ['repo:moby', 'a repository'],
          ].map(([example, meaning]) => (
            <div key={example}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    </main>
  );
}

function IndexLine() {
  const index = status.value.value?.index;
  if (!index) return null;
  return (
    <>
      {' '}
      {index.functions !== undefined && `${grouped(index.functions)} functions`}
      {index.age_seconds !== undefined && `, refreshed ${ageOf(index.age_seconds)} ago`}.
    </>
  );
}

interface QuestionsProps {
  title: string;
  queries: string[];
  icon?: 'search' | 'clock';
  clear?: () => void;
}

function Questions({ title, queries, icon = 'search', clear }: QuestionsProps) {
  return (
    <section class="questions">
      <h2>
        {title}
        {clear && (
          <button type="button" class="quiet-button" onClick={clear}>
            Forget
          </button>
        )}
      </h2>
      <ul>
        {queries.map((query) => (
          <li key={query}>
            <a href={questionHref(query)}>
              <Icon name={icon} size={14} />
              <Text>{query}</Text>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
