// The page's keys, and how a flag is evaluated.

import { useSession } from '../session/session.js';
import { strings } from '../strings.js';
import { Dialog } from '../ui/dialog.js';

export default function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const { mayWrite, version } = useSession();
  const keys = strings.help.keys.filter(({ isForWriters }) => mayWrite || !isForWriters);
  return (
    <Dialog title={strings.help.title} onClose={onClose}>
      <dl className="keys">
        {keys.map(({ key, does }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h3>{strings.help.orderTitle}</h3>
      <ol className="help-order">
        {strings.help.order.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="quiet">{strings.shell.version(version)}</p>
    </Dialog>
  );
}
