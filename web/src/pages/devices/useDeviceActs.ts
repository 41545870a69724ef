import { useState } from 'react'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { newId } from '../../api/newId'
import type { Denied } from '../sign-in/signing'
import { CancelDeviceCode, type Device, type DeviceCode, MakeDeviceCode, RenewDeviceCode, RevokeDevice, RotateDeviceKey } from './Devices.graphql'
import type { Wanted } from './NewDevice'

type Answer = { __typename: string; code?: string; retryAfter?: number | null; enrolmentCode?: string }

/** What the office does with devices and codes. A code is told once: it is kept here until it has been written down, and nowhere else. */
export function useDeviceActs(schoolId: string | undefined, again: () => void) {
  const [told, setTold] = useState<{ code: string; name: string } | null>(null)
  const [denied, setDenied] = useState<Denied | null>(null)
  const [{ fetching }, sendMake] = useMutation(MakeDeviceCode)
  const [, sendRenew] = useMutation(RenewDeviceCode)
  const [, sendCancel] = useMutation(CancelDeviceCode)
  const [, sendRotate] = useMutation(RotateDeviceKey)
  const [, sendRevoke] = useMutation(RevokeDevice)
  const settle = (error: Parameters<typeof codeOf>[0] | undefined, answer: Answer | undefined, name: string): boolean => {
    const refused = error ? { code: codeOf(error) } : answer?.__typename === 'Refusal' ? { code: answer.code ?? 'INTERNAL', retryAfter: answer.retryAfter ?? null } : null
    setDenied(refused)
    if (!refused && answer?.enrolmentCode) setTold({ code: answer.enrolmentCode, name })
    again()
    return refused === null
  }
  return {
    told, denied, busy: fetching, forget: () => setTold(null),
    make: async ({ kind, name, bindings }: Wanted) => {
      const { data, error } = await sendMake({ input: { id: newId(), schoolId: schoolId ?? '', kind, name, bindings } })
      return settle(error, data?.makeDeviceCode, name)
    },
    renew: async ({ id, name }: Device) => {
      const { data, error } = await sendRenew({ id: newId(), device: id })
      settle(error, data?.renewDeviceCode, name)
    },
    cancel: async ({ id, name }: DeviceCode) => {
      const { data, error } = await sendCancel({ code: id })
      settle(error, data?.cancelDeviceCode, name)
    },
    rotate: async ({ id, name }: Device) => {
      const { data, error } = await sendRotate({ device: id })
      settle(error, data?.rotateDeviceKey, name)
    },
    revoke: async ({ id, name }: Device) => {
      const { data, error } = await sendRevoke({ device: id })
      settle(error, data?.revokeDevice, name)
    },
  }
}
