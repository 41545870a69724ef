import { Text, Title } from '@mantine/core'
import { useChild } from '../session/child'
import { ChildTabs } from './ChildTabs'

/** What a page tells of a child, of which child, and the way to the others. */
export function ChildHeading({ title }: { title: string }) {
  const { givenName, familyName, classGroup, school } = useChild()
  return (
    <>
      <ChildTabs />
      <div>
        <Title order={1} size="h2">{title}</Title>
        <Text c="dimmed">{givenName} {familyName} · {classGroup.name}, {school.shortName}</Text>
      </div>
    </>
  )
}
