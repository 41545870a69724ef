import { graphql } from '../../api/graphql'

export const PhotoQuery = graphql(`
  query WebPhoto($id: ID!) {
    person(id: $id) { id name photo position isGuardian classGroup { id name } }
  }
`)

export const SetPhoto = graphql(`
  mutation WebSetPhoto($person: ID!, $content: String!) {
    setPhoto(input: { personId: $person, content: $content }) {
      __typename
      ... on PhotoSaved { personId photo }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RemovePhoto = graphql(`
  mutation WebRemovePhoto($person: ID!) {
    removePhoto(personId: $person) {
      __typename
      ... on PhotoSaved { personId photo }
      ... on Refusal { code retryAfter }
    }
  }
`)
