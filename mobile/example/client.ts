// The app's one client: made with the app, shared by all of it.

import { createAsyncStorage } from '@react-native-async-storage/async-storage';
import NetInfo from '@react-native-community/netinfo';
import { SidekickMobileClient } from '@sidekick-flags/react-native';
import { Platform } from 'react-native';

/** An Android emulator calls the machine that it runs on by this address. */
const HOST = Platform.OS === 'android' ? '10.0.2.2' : 'localhost';

export const client = new SidekickMobileClient(`http://${HOST}:3000`, '', {
  storage: createAsyncStorage('flags'),
  netInfo: NetInfo,
  onError: (error) => console.warn(`${error.code}: ${error.message}`),
});
