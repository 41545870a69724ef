import { graphql } from '../api/graphql'

export const PrepareFile = graphql(`
  mutation WebPrepareFile($input: PrepareFileInput!) {
    prepareFile(input: $input) { __typename ... on FilePrepared { fileId address } ... on Refusal { code retryAfter } }
  }
`)

export const AttachFiles = graphql(`
  mutation WebAttachFiles($input: AttachFilesInput!) {
    attachFiles(input: $input) { __typename ... on FilesAttached { files { id } } ... on Refusal { code retryAfter } }
  }
`)

export const RemoveFile = graphql(`
  mutation WebRemoveFile($file: ID!) {
    removeFile(input: { fileId: $file }) { __typename ... on FileRemoved { fileId } ... on Refusal { code retryAfter } }
  }
`)
