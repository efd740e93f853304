// The page of all changes.

import { strings } from '../strings.js';
import { EntryList } from './entry_list.js';

export default function HistoryPage() {
  return (
    <div className="history-page">
      <div className="page-head">
        <h1>{strings.pages.history}</h1>
        <p className="quiet">{strings.history.help}</p>
      </div>
      <EntryList flagKey={undefined} />
    </div>
  );
}
