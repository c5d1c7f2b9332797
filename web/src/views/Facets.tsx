// Filters with the number of results behind each, in the column beside the results.
import { useRef, useState } from 'preact/hooks';
import type { Count, FilterName, Filters } from '../api';
import { grouped, Text } from './Text';
import { Icon } from './Icon';

const groups: { name: FilterName; title: string; all: string }[] = [
  { name: 'lang', title: 'Language', all: 'languages' },
  { name: 'kind', title: 'Kind', all: 'kinds' },
  { name: 'repo', title: 'Repository', all: 'repositories' },
  { name: 'path', title: 'Folder', all: 'folders' },
];
const few = 6;

interface Props {
  question: string; // another one has other values to choose from
  facets: Partial<Record<FilterName, Count[]>>;
  filters: Filters;
  toggle: (name: FilterName, value: string) => void;
  clear: () => void;
}

export function Facets({ question, facets, filters, toggle, clear }: Props) {
  // An answer counts what passed the filters: what else could be chosen is known from before they were set.
  const before = useRef<Partial<Record<FilterName, { question: string; values: string[] }>>>({});
  const othersOf = (name: FilterName) => {
    if (filters[name].length === 0) before.current[name] = { question, values: (facets[name] ?? []).map(({ value }) => value) };
    const known = before.current[name];
    return known?.question === question ? known.values : [];
  };
  const chosen = groups.reduce((sum, { name }) => sum + filters[name].length, 0);
  return (
    <div class="facets">
      {groups.map((group) => (
        <Facet
          key={group.name}
          {...group}
          counts={(facets[group.name] ?? []).filter(({ value }) => value !== '')}
          others={othersOf(group.name).filter((value) => value !== '')}
          chosen={filters[group.name]}
          toggle={toggle}
        />
      ))}
      {chosen > 0 && (
        <button type="button" class="button facets-clear" onClick={clear}>
          <Icon name="close" size={14} />
          Clear {chosen === 1 ? 'the filter' : `${chosen} filters`}
        </button>
      )}
    </div>
  );
}

interface FacetProps {
  name: FilterName;
  title: string;
  all: string;
  counts: Count[];
  others: string[];
  chosen: string[];
  toggle: Props['toggle'];
}

function Facet({ name, title, all, counts, others, chosen, toggle }: FacetProps) {
  const [open, setOpen] = useState(false);
  // What is chosen stays in sight, whether or not the answer at hand counts it, and what could be chosen beside it.
  const uncounted = (values: string[]) =>
    values.filter((value) => !counts.some((each) => each.value === value)).map((value) => ({ value, count: null }));
  const rest = others.filter((value) => !chosen.includes(value));
  const rows: { value: string; count: number | null }[] = [...uncounted(chosen), ...counts, ...uncounted(rest)];
  if (rows.length === 0 || (rows.length === 1 && chosen.length === 0 && name !== 'lang')) return null;
  const shown = open ? rows : rows.filter(({ value }, index) => index < few || chosen.includes(value));
  return (
    <fieldset class="facet">
      <legend>{title}</legend>
      {shown.map(({ value, count }) => (
        <label key={value} class="facet-row">
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(name, value)} />
          <span class="facet-value">
            <Text>{value}</Text>
          </span>
          <span class="facet-count">{count === null ? '' : grouped(count)}</span>
        </label>
      ))}
      {rows.length > few && (
        <button type="button" class="facet-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer' : `All ${rows.length} ${all}`}
        </button>
      )}
    </fieldset>
  );
}
