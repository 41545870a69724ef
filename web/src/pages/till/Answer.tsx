import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Sale } from './Till.graphql'
import type { Done, Step } from './unanswered'
import styles from './Till.module.css'

export interface Answered {
  step: Step
  done: Done
}

const TOLD = ['NOT_ENOUGH_MONEY', 'CARD_BLOCKED', 'CARD_REFUSED', 'TAP_TOO_OLD', 'TAP_USED', 'NOT_FOUND', 'NOT_ALLOWED', 'ALREADY_REFUNDED'] as const
/** The service is there and at fault: it may never answer. */
const GONE = ['OFFLINE', 'TIMED_OUT', 'UNAVAILABLE', 'TOO_MANY_ATTEMPTS', 'NOT_SIGNED_IN']

interface Props {
  answer: Answered | null
  step: Step | null
  trouble: string | null
  again: () => void
  forget: () => void
  undo: (sale: Pick<Sale, 'id' | 'person' | 'amount'>) => void
}

/** What became of the last sale or undoing: done, refused with the reason, or in doubt. */
export function Answer({ answer, step, trouble, again, forget, undo }: Props) {
  const { t } = useTranslation()
  return (
    <div aria-live="assertive">
      {step && trouble ? <Doubt step={step} trouble={trouble} again={again} forget={forget} />
      : step ? <p className={styles.answer}>{t('till.asking')}</p>
      : answer && (answer.done.refused ? <Refused answer={answer} code={answer.done.refused} /> : <Success answer={answer} undo={undo} />)}
    </div>
  )
}

function Success({ answer: { step, done }, undo }: { answer: Answered } & Pick<Props, 'undo'>) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const { who, minor, currency } = step
  const sum = money({ minor, currency })
  const left = done.balanceAfter && money(done.balanceAfter)
  return (
    <div className={styles.answer} data-done>
      <span aria-hidden className={styles.tick}>✓</span>
      <div>
        <p className={styles.said}>{t(step.do === 'sell' ? 'till.served' : 'till.undone', { who, sum })}</p>
        {left && <p>{t('till.left', { sum: left })}</p>}
      </div>
      {step.do === 'sell' && done.transferId !== undefined && (
        <Button variant="default" size="md" mih={44} onClick={() => undo({ id: done.transferId!, person: { id: '', name: who }, amount: { minor, currency } })}>{t('till.undo')}</Button>
      )}
    </div>
  )
}

function Refused({ answer: { step }, code }: { answer: Answered; code: string }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const told = TOLD.find((one) => one === code)
  return (
    <div className={styles.answer} data-refused>
      <span aria-hidden className={styles.tick}>✕</span>
      <div>
        <p className={styles.said}>{t(step.do === 'sell' ? 'till.notServed' : 'till.notUndone', { who: step.who, sum: money(step) })}</p>
        <p>{told ? t(`till.refused.${told}`) : t('refusal.other', { code })}</p>
      </div>
    </div>
  )
}

function Doubt({ step, trouble, again, forget }: { step: Step; trouble: string } & Pick<Props, 'again' | 'forget'>) {
  const { t } = useTranslation()
  const { money } = useFormats()
  return (
    <div className={styles.answer} data-doubt>
      <span aria-hidden className={styles.tick}>…</span>
      <div>
        <p className={styles.said}>{t(step.do === 'sell' ? 'till.inDoubt' : 'till.undoInDoubt', { who: step.who, sum: money(step) })}</p>
        <p>{t('till.repeats', { code: trouble })}</p>
        <Group gap="xs" mt="xs">
          <Button variant="default" size="md" mih={44} onClick={again}>{t('state.retry')}</Button>
          {!GONE.includes(trouble) && <Button variant="default" size="md" mih={44} onClick={forget}>{t('till.forget')}</Button>}
        </Group>
      </div>
    </div>
  )
}
