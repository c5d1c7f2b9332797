// Line icons of one weight, drawn for this page.
const paths = {
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Zm4-1.5 3.5 3.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  open: 'M9 2.5h4.5V7M13.3 2.7 7.5 8.5M6.5 3.5h-4v10h10v-4',
  code: 'm5 4.5-3.5 3.5L5 11.5M11 4.5l3.5 3.5-3.5 3.5',
  chart: 'M2 13.5h12M4 11V7.5M8 11V3.5M12 11V5.5',
  similar: 'M2.5 4.5h11M2.5 8h7M2.5 11.5h9',
  down: 'm4 6 4 4 4-4',
  right: 'm6 4 4 4-4 4',
  close: 'm4 4 8 8M12 4l-8 8',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.2v1.3M8 13.5v1.3M1.2 8h1.3M13.5 8h1.3M3.2 3.2l.9.9M11.9 11.9l.9.9M3.2 12.8l.9-.9M11.9 4.1l.9-.9',
  moon: 'M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1Z',
  system: 'M2 3h12v8H2zM6 13.5h4',
  help: 'M6 6a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M8 11.6v.1M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z',
  pulse: 'M1.5 8.5h3L6.5 3l3 10 2-4.5h3',
  back: 'M13 8H3.5M7 4 3 8l4 4',
  filter: 'M2 4h12M4.5 8h7M7 12h2',
  file: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3',
  clock: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 4.5V8l2.5 1.5',
  up: 'm4 10 4-4 4 4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg class="mark-logo" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path class="mark-top" d="M10 2 18 6.4 10 10.8 2 6.4Z" />
      <path class="mark-seam" d="m2 10.2 8 4.4 8-4.4M2 14l8 4.4L18 14" />
    </svg>
  );
}
