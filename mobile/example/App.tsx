// A screen that follows one flag, and says whether its flags are current.

import { SidekickProvider, useFlag, useSidekick } from '@sidekick-flags/react-native';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { Button, StyleSheet, Text, View } from 'react-native';

import { client } from './client';

const FLAG = 'new_checkout';

export function App() {
  const [plan, setPlan] = useState('free');
  const next = plan === 'free' ? 'pro' : 'free';
  return (
    <SidekickProvider client={client} userKey="ann" attributes={{ plan }}>
      <View style={styles.screen}>
        <Flag />
        <Connection />
        <Button title={`Be on the plan ${next}`} onPress={() => setPlan(next)} />
      </View>
    </SidekickProvider>
  );
}

function Flag() {
  const isOn = useFlag(FLAG);
  return <Text style={styles.answer}>{`${FLAG} is ${isOn ? 'on' : 'off'}`}</Text>;
}

function Connection() {
  const sidekick = useSidekick();
  const subscribe = useCallback((listener: () => void) => sidekick.on('status', listener), [sidekick]);
  return <Text>{useSyncExternalStore(subscribe, () => sidekick.status)}</Text>;
}

const styles = StyleSheet.create({
  screen: { flex: 1, alignItems: 'center', justifyContent: 'center', gap: 16 },
  answer: { fontSize: 24 },
});
