// The app's entry, by the name that the folders of the platforms know.

import { AppRegistry } from 'react-native';

import { App } from './App';

AppRegistry.registerComponent('FlagsExample', () => App);
