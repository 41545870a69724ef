import { Alert } from '@mantine/core'
import { Denial } from '../sign-in/Denial'
import type { Denied } from '../sign-in/signing'

/** Why the office's order is not carried out: by its code in the words of this order, else as anywhere. */
export function Refused({ denied, words }: { denied: Denied | null; words: Partial<Record<string, string>> }) {
  const told = denied && words[denied.code]
  return told ? <Alert role="alert" color="red">{told}</Alert> : <Denial denied={denied} />
}
