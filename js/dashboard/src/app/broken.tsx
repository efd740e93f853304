// What is shown in place of a part of the page that failed: it was not loaded, or has a fault. The rest goes on.

import { Component, type ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { strings } from '../strings.js';

export class MayBreak extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  return (
    <div className="notice" role="alert">
      <h1>{strings.broken.title}</h1>
      <p>{strings.broken.text}</p>
      <Button className="button" data-kind="primary" onPress={() => location.reload()}>
        {strings.broken.reload}
      </Button>
    </div>
  );
}
