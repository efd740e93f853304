// Beside the editor: try the flag, see whom an edit concerns, look back.

import { useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import type { FlagFields } from '../api.js';
import { EntryList } from '../history/entry_list.js';
import { strings } from '../strings.js';
import { ImpactPanel } from '../try/impact_panel.js';
import { type Question, NOBODY } from '../try/question.js';
import { TryPanel } from '../try/try_panel.js';
import '../try/try.css';

interface SidePanelProps {
  /** The version on the server; undefined for a flag that is not there yet. */
  readonly saved: FlagFields | undefined;
  /** What is being edited; undefined while it is none that the server would take. */
  readonly edited: FlagFields | undefined;
  readonly isChanged: boolean;
  /** Why there is nothing to try, where `edited` is undefined. */
  readonly hint: string;
}

export function SidePanel({ saved, edited, isChanged, hint }: SidePanelProps) {
  // Kept here, for a panel is there only while it is chosen.
  const [question, setQuestion] = useState<Question>(NOBODY);
  const [pasted, setPasted] = useState('');
  return (
    <Tabs className="side-panel">
      <TabList aria-label={strings.panels.label} className="tabs">
        <Tab id="try" className="tab">{strings.panels.try}</Tab>
        <Tab id="impact" className="tab">{strings.panels.impact}</Tab>
        {saved && <Tab id="history" className="tab">{strings.panels.history}</Tab>}
      </TabList>
      <TabPanel id="try" className="panel">
        <TryPanel saved={saved} edited={edited} isChanged={isChanged} hint={hint} question={question} onChange={setQuestion} />
      </TabPanel>
      <TabPanel id="impact" className="panel">
        <ImpactPanel saved={saved} edited={edited} isChanged={isChanged} hint={hint} pasted={pasted} onPaste={setPasted} />
      </TabPanel>
      {saved && (
        <TabPanel id="history" className="panel">
          <EntryList flagKey={saved.key} />
        </TabPanel>
      )}
    </Tabs>
  );
}
