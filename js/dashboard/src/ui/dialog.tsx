// A dialog over the page: it keeps the focus while it is open and gives it back afterwards.

import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { strings } from '../strings.js';
import { CrossIcon } from './icons.js';
import './dialog.css';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** What one can do, from the least to the most wanted. */
  readonly actions?: ReactNode;
  readonly isWide?: boolean;
  /** One that asks before something is done that is hard to undo. */
  readonly isAlert?: boolean;
}

export function Dialog({ title, onClose, children, actions, isWide = false, isAlert = false }: DialogProps) {
  return (
    <ModalOverlay className="dialog-cover" isOpen isDismissable={!isAlert} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className="dialog" data-wide={isWide || undefined}>
        <AriaDialog role={isAlert ? 'alertdialog' : 'dialog'} className="dialog-box">
          <div className="dialog-head">
            <Heading slot="title">{title}</Heading>
            <Button className="icon-button" aria-label={strings.close} onPress={onClose}>
              <CrossIcon />
            </Button>
          </div>
          <div className="dialog-body">{children}</div>
          {actions && <div className="dialog-actions">{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
