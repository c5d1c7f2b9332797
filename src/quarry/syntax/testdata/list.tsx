import React, { useState } from 'react'

type Props = { items: string[] }

/** Shows the items. */
export const List: React.FC<Props> = ({ items }) => {
  const [open, setOpen] = useState(false)
  const toggle = () => setOpen(!open)
  return (
    <ul onClick={toggle}>
      {items.map((item) => (
        <Item key={item}>{item}</Item>
      ))}
      <Divider />
    </ul>
  )
}

export default function Page({ title }: { title: string }) {
  return <Layout.Main>{title}</Layout.Main>
}

export const Memo = React.memo(function Inner() {
  return <List items={[]} />
})

class Legacy extends React.Component<Props> {
  render() {
    return null
  }
}
