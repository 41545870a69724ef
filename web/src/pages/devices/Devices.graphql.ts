import { graphql, type ResultOf } from '../../api/graphql'

export const DevicesQuery = graphql(`
  query WebDevices {
    devices {
      id kind name enrolledAt revokedAt seenAt silentSeconds software queueDepth rejected clockOffsetMs lastTapAt listVersion keyMadeAt keyAskedAt nextKeyUntil
      readers { name state doorId direction tillId place }
    }
    deviceCodes { id kind name renews madeAt expiresAt readers { name direction place } }
  }
`)

export const PlacesQuery = graphql(`
  query WebDevicePlaces {
    doors { id name antiPassback }
    tills { id name }
  }
`)

export const MakeDeviceCode = graphql(`
  mutation WebMakeDeviceCode($input: MakeDeviceCodeInput!) {
    makeDeviceCode(input: $input) {
      __typename
      ... on DeviceCodeMade { codeId enrolmentCode }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RenewDeviceCode = graphql(`
  mutation WebRenewDeviceCode($id: String!, $device: ID!) {
    renewDeviceCode(input: { id: $id, deviceId: $device }) {
      __typename
      ... on DeviceCodeMade { codeId enrolmentCode }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const CancelDeviceCode = graphql(`
  mutation WebCancelDeviceCode($code: ID!) {
    cancelDeviceCode(input: { codeId: $code }) {
      __typename
      ... on DeviceCodeCancelled { codeId }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RotateDeviceKey = graphql(`
  mutation WebRotateDeviceKey($device: ID!) {
    rotateDeviceKey(input: { deviceId: $device }) {
      __typename
      ... on DeviceKeyAsked { deviceId }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RevokeDevice = graphql(`
  mutation WebRevokeDevice($device: ID!) {
    revokeDevice(input: { deviceId: $device }) {
      __typename
      ... on DeviceRevoked { deviceId }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Device = ResultOf<typeof DevicesQuery>['devices'][number]
export type DeviceCode = ResultOf<typeof DevicesQuery>['deviceCodes'][number]
export type Places = ResultOf<typeof PlacesQuery>
