// The page's few pictures, drawn with the colour of the text; they say nothing that words beside them don't.

import type { ReactNode } from 'react';

function icon(content: ReactNode) {
  return function Icon() {
    return (
      <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {content}
      </svg>
    );
  };
}

export const CrossIcon = icon(<path d="M4 4l8 8M12 4l-8 8" />);
export const SearchIcon = icon(<path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14" />);
export const PlusIcon = icon(<path d="M8 3v10M3 8h10" />);
export const GripIcon = icon(<path d="M6 3v.01M6 8v.01M6 13v.01M10 3v.01M10 8v.01M10 13v.01" strokeWidth="2" />);
export const UpIcon = icon(<path d="M8 13V3M4 7l4-4 4 4" />);
export const DownIcon = icon(<path d="M8 3v10M4 9l4 4 4-4" />);
export const BackIcon = icon(<path d="M10 3L5 8l5 5" />);
export const SunIcon = icon(<path d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7" />);
export const MoonIcon = icon(<path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z" />);
export const HelpIcon = icon(<path d="M6 6a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.6M8 11.8v.01M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z" />);
export const AutoIcon = icon(<><path d="M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z" /><path d="M8 1.5v13a6.5 6.5 0 0 0 0-13z" fill="currentColor" /></>);
export const LeaveIcon = icon(<path d="M6 2H3v12h3M10 11l3-3-3-3M13 8H6" />);
