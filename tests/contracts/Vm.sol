// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Forge's cheat codes that these tests use, and no more.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 time) external;
    function roll(uint256 number) external;
    function chainId(uint256 id) external;
    function etch(address target, bytes calldata code) external;
    function prank(address caller) external;
    function assume(bool condition) external pure;
    function skip(bool skipTest, string calldata reason) external;
    function envOr(string calldata name, bool otherwise) external view returns (bool);
    function getCode(string calldata artifact) external view returns (bytes memory);
    function deployCode(string calldata artifact, bytes calldata arguments) external returns (address);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function load(address target, bytes32 slot) external view returns (bytes32);
    function snapshotState() external returns (uint256);
    function revertToState(uint256 id) external returns (bool);
    function revertToStateAndDelete(uint256 id) external returns (bool);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    function exists(string calldata path) external view returns (bool);
    function readFile(string calldata path) external view returns (string memory);
    function toString(uint256 value) external pure returns (string memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function assertEq(uint256 left, uint256 right, string calldata because) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata because) external pure;
    function assertEq(address left, address right, string calldata because) external pure;
    function assertEq(bytes calldata left, bytes calldata right, string calldata because) external pure;
    function assertEq(string calldata left, string calldata right, string calldata because) external pure;
    function assertTrue(bool condition, string calldata because) external pure;
}
