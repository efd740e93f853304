// React Native's own.

module.exports = { presets: ['module:@react-native/babel-preset'] };
