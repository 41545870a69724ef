import { graphql } from '../../api/graphql'

export const WithdrawAnnouncement = graphql(`
  mutation WebWithdrawAnnouncement($announcement: ID!) {
    withdrawAnnouncement(input: { announcementId: $announcement }) { __typename ... on Announcement { id } ... on Refusal { code retryAfter } }
  }
`)

export const WithdrawRemark = graphql(`
  mutation WebWithdrawRemark($remark: ID!) {
    withdrawRemark(input: { remarkId: $remark }) { __typename ... on Remark { id } ... on Refusal { code retryAfter } }
  }
`)
